-- The schema history of a web shop, from its first table on. Each block is one
-- version of the catalog:
--
--   annals exec shop.annals -f shop.sql
--   annals log shop.annals --oneline

BEGIN;
CREATE SCHEMA shop;
COMMIT MESSAGE 'A home for the shop';

BEGIN;
CREATE TABLE shop.customers (
    id BIGINT PRIMARY KEY,
    email VARCHAR(120) NOT NULL,
    name VARCHAR(80) NOT NULL,
    joined_at TIMESTAMP(3) NOT NULL
);
COMMIT MESSAGE 'Customers can sign up';

BEGIN;
CREATE TABLE shop.products (
    sku VARCHAR(32) PRIMARY KEY,
    title VARCHAR(120) NOT NULL,
    price DECIMAL(8, 2) NOT NULL,
    weight_g SMALLINT
);
CREATE INDEX products_title ON shop.products (title);
COMMIT MESSAGE 'The catalogue, searchable by title from the start';

BEGIN;
CREATE TABLE shop.orders (
    id BIGINT PRIMARY KEY,
    customer_id BIGINT NOT NULL,
    placed_at TIMESTAMP(3) NOT NULL,
    total DECIMAL(10, 2) NOT NULL
);
CREATE TABLE shop.order_lines (
    order_id BIGINT,
    line SMALLINT,
    sku VARCHAR(32) NOT NULL,
    quantity SMALLINT NOT NULL DEFAULT 1,
    unit_price DECIMAL(8, 2) NOT NULL,
    PRIMARY KEY USING SORTED (order_id ASC, line ASC)
) COLOCATE BY (order_id);
COMMIT MESSAGE 'Customers can order; the lines of an order live with it';

BEGIN;
ALTER TABLE shop.orders ADD COLUMN state VARCHAR(16) NOT NULL DEFAULT 'new';
COMMIT MESSAGE 'Orders have a state';

BEGIN;
CREATE INDEX orders_by_customer ON shop.orders (customer_id, placed_at DESC);
COMMIT MESSAGE 'The order page of a customer was slow';

BEGIN;
ALTER INDEX shop.orders_by_customer START BUILDING;
COMMIT MESSAGE 'All nodes know orders_by_customer';

BEGIN;
ALTER INDEX shop.orders_by_customer MAKE AVAILABLE;
COMMIT MESSAGE 'orders_by_customer is complete';

BEGIN;
CREATE TABLE shop.carts (
    id UUID DEFAULT rand_uuid PRIMARY KEY,
    customer_id BIGINT,
    changed_at TIMESTAMP(3) NOT NULL
);
CREATE TABLE shop.cart_items (
    cart_id UUID,
    sku VARCHAR(32),
    quantity SMALLINT NOT NULL DEFAULT 1,
    PRIMARY KEY (cart_id, sku)
) COLOCATE BY (cart_id);
COMMIT MESSAGE 'Carts, also for visitors without an account';

BEGIN;
ALTER TABLE shop.customers ADD COLUMN (phone VARCHAR(24), newsletter BOOLEAN NOT NULL DEFAULT FALSE);
COMMIT MESSAGE 'Phone numbers for the courier, and a newsletter that one has to ask for';

BEGIN;
ALTER TABLE shop.products ALTER COLUMN weight_g SET DATA TYPE INT;
COMMIT MESSAGE 'We sell garden furniture now: 32 kg are not enough';

BEGIN;
ALTER TABLE shop.products ALTER COLUMN price SET DATA TYPE DECIMAL(10, 2);
ALTER TABLE shop.order_lines ALTER COLUMN unit_price SET DATA TYPE DECIMAL(10, 2);
COMMIT MESSAGE 'Nor are 999,999.99';

BEGIN;
CREATE SCHEMA warehouse;
CREATE TABLE warehouse.sites (
    id INT PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    country CHAR(2) NOT NULL
);
CREATE TABLE warehouse.stock (
    site_id INT,
    sku VARCHAR(32),
    quantity INT NOT NULL DEFAULT 0,
    PRIMARY KEY (site_id, sku)
) COLOCATE BY (sku);
COMMIT MESSAGE 'A second warehouse: count stock by site';

BEGIN;
CREATE INDEX stock_by_sku ON warehouse.stock USING HASH (sku);
COMMIT MESSAGE 'Is it in stock anywhere?';

BEGIN;
ALTER INDEX warehouse.stock_by_sku START BUILDING;
COMMIT MESSAGE 'All nodes know stock_by_sku';

BEGIN;
ALTER INDEX warehouse.stock_by_sku MAKE AVAILABLE;
COMMIT MESSAGE 'stock_by_sku is complete';

BEGIN;
CREATE TABLE shop.addresses (
    customer_id BIGINT,
    label VARCHAR(40),
    street VARCHAR(120) NOT NULL,
    postcode VARCHAR(12) NOT NULL,
    city VARCHAR(60) NOT NULL,
    country CHAR(2) NOT NULL DEFAULT 'NL',
    PRIMARY KEY (customer_id, label)
) COLOCATE BY (customer_id);
ALTER TABLE shop.orders ADD COLUMN address_label VARCHAR(40);
COMMIT MESSAGE 'Customers keep several addresses';

BEGIN;
CREATE TABLE shop.reviews (
    sku VARCHAR(32),
    customer_id BIGINT,
    stars TINYINT NOT NULL,
    body VARCHAR(2000),
    written_at TIMESTAMP(3) NOT NULL,
    PRIMARY KEY (sku, customer_id)
) COLOCATE BY (sku);
CREATE INDEX reviews_newest ON shop.reviews (sku, written_at DESC NULLS LAST);
COMMIT MESSAGE 'Customers may say what they think';

BEGIN;
ALTER TABLE shop.reviews RENAME TO ratings;
COMMIT MESSAGE 'Most give stars and no words';

BEGIN;
ALTER TABLE shop.customers ALTER COLUMN email SET DATA TYPE VARCHAR(254);
COMMIT MESSAGE 'Some addresses are longer than we thought';

BEGIN;
ALTER TABLE shop.customers ALTER COLUMN name DROP NOT NULL;
COMMIT MESSAGE 'An e-mail address is all that we need';

BEGIN;
CREATE UNIQUE INDEX order_lines_product_once ON shop.order_lines (order_id, sku);
COMMIT MESSAGE 'One line for each product of an order';

BEGIN;
ALTER INDEX shop.order_lines_product_once START BUILDING;
COMMIT MESSAGE 'All nodes know order_lines_product_once';

BEGIN;
DROP INDEX shop.order_lines_product_once;
COMMIT MESSAGE 'Gift wrapping needs two lines of the same product: given up while it was built';

BEGIN;
ALTER TABLE shop.order_lines ADD COLUMN gift_note VARCHAR(200);
COMMIT MESSAGE 'Gift wrapping';

BEGIN;
CREATE SCHEMA staging;
CREATE TABLE staging.supplier_prices (
    supplier VARCHAR(60),
    sku VARCHAR(32),
    price DECIMAL(10, 2) NOT NULL,
    valid_from DATE NOT NULL,
    PRIMARY KEY (supplier, sku)
);
CREATE TABLE staging.rejected_rows (
    id UUID DEFAULT rand_uuid PRIMARY KEY,
    reason VARCHAR(200),
    raw VARBINARY(4096)
);
COMMIT MESSAGE 'Try out price lists from suppliers';

BEGIN;
ALTER TABLE shop.orders ALTER COLUMN state SET DEFAULT 'placed';
COMMIT MESSAGE 'Call it placed, as the letters to customers do';

BEGIN;
CREATE TABLE shop.payments (
    id UUID DEFAULT rand_uuid PRIMARY KEY,
    order_id BIGINT NOT NULL,
    method VARCHAR(20) NOT NULL,
    amount DECIMAL(10, 2) NOT NULL,
    paid_at TIMESTAMP(3) WITH LOCAL TIME ZONE
);
CREATE INDEX payments_by_order ON shop.payments USING HASH (order_id);
COMMIT MESSAGE 'Payments get a table of their own';

BEGIN;
DROP SCHEMA staging CASCADE;
COMMIT MESSAGE 'Price lists come by a service now';

BEGIN;
DROP INDEX shop.products_title;
COMMIT MESSAGE 'The search engine answers for titles';

BEGIN;
ALTER INDEX shop.products_title REMOVE;
COMMIT MESSAGE 'Nobody uses products_title any more';

BEGIN;
ALTER TABLE shop.products ADD COLUMN (description VARCHAR(4000), published BOOLEAN NOT NULL DEFAULT TRUE, category VARCHAR(40));
COMMIT MESSAGE 'Product pages with text, which can be taken off-line';

BEGIN;
CREATE INDEX products_by_category ON shop.products (category ASC NULLS LAST, price);
ALTER INDEX shop.products_by_category RENAME TO products_shelf;
COMMIT MESSAGE 'Shelves, by price';

BEGIN;
ALTER INDEX shop.products_shelf START BUILDING;
COMMIT MESSAGE 'All nodes know products_shelf';

BEGIN;
ALTER INDEX shop.products_shelf MAKE AVAILABLE;
COMMIT MESSAGE 'products_shelf is complete';

BEGIN;
ALTER TABLE shop.customers DROP COLUMN phone;
COMMIT MESSAGE 'The courier has an app; forget the phone numbers';

BEGIN;
ALTER TABLE shop.orders ADD COLUMN coupon VARCHAR(24);
CREATE TABLE shop.coupons (
    code VARCHAR(24) PRIMARY KEY,
    percent_off DECIMAL(4, 1) NOT NULL,
    ends_on DATE
);
COMMIT MESSAGE 'Coupons';

BEGIN;
ALTER TABLE shop.cart_items SET (STALE ROWS FRACTION 0.5, MIN STALE ROWS 10000);
COMMIT MESSAGE 'Carts change all the time: gather statistics less often';

BEGIN;
ALTER TABLE shop.coupons ADD COLUMN uses_left INT DEFAULT 1;
ALTER TABLE shop.coupons ALTER COLUMN uses_left DROP DEFAULT;
COMMIT MESSAGE 'Coupons that end when they are used up';

BEGIN;
ALTER TABLE shop.orders DROP COLUMN address_label;
ALTER TABLE shop.orders ADD COLUMN (street VARCHAR(120), postcode VARCHAR(12), city VARCHAR(60), country CHAR(2));
COMMIT MESSAGE 'An order keeps the address that it was sent to';
