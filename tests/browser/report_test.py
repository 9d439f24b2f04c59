#!/usr/bin/env python3
"""Works with pages of `annals report` as a person would, in Chromium.

    report_test.py ANNALS SHOP_SQL SCREENSHOTS [TEST...]

ANNALS is the program, SHOP_SQL a history to look at; pictures go to SCREENSHOTS. Exits
with 77, having said why, where there is no chromium.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import chromium

ANNALS, SHOP_SQL, SCREENSHOTS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])

# Names that would break out of a page, a script, a comment, or a line.
HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "<img src=x onerror=alert(1)>", "a'b\"c`d${e}\\f",
           "\u202egnp.exe", "\u2067right\u2069", "&lt;b&gt;&amp;", "javascript:alert(1)", "x" * 128, "é" * 64, "]]>{{data}}"]

# Objects of all configured kinds, changed in all ways.
KINDS_SQL = """
CREATE SECRET p FROM ENV 'KAFKA_PASSWORD' COMMENT 'of the broker';
CREATE CONNECTION t TO ssh tunnel (HOST 'bastion', USER 'u');
CREATE CONNECTION k TO kafka (BROKER 'h1:9092', SASL PASSWORD SECRET p, SSH TUNNEL t) COMMENT '<b>main</b>';
CREATE SOURCE s FROM CONNECTION k (TOPIC 'orders') (id BIGINT NOT NULL);
CREATE SINK d FROM s INTO CONNECTION k (TOPIC 'copy');
CREATE CATALOG lake USING hive WITH ('uri' = 'thrift://h:9083', 's3.secret-key' = '${ENV:S3}');
ALTER CONNECTION k SET (BROKER 'h2:9092'), RESET (SSH TUNNEL);
ALTER CATALOG lake RENAME TO sea, SET ('uri' = 'thrift://h2:9083');
REFRESH SECRET p;
DROP SINK d;
"""

# Labels of a chart that lie on one another.
OVERLAPS = """[...document.querySelectorAll("figure > svg")].flatMap(chart => {
    const labels = [...chart.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
    return labels.flatMap(([a, p], i) => labels.slice(i + 1)
        .filter(([b, q]) => p.left < q.right && q.left < p.right && p.top + 2 < q.bottom && q.top + 2 < p.bottom)
        .map(([b]) => [a, b]));
})"""


def run(*arguments, expect=0, text=None):
    done = subprocess.run([ANNALS, *arguments], input=text, capture_output=True, text=True)
    if done.returncode != expect:
        raise AssertionError(f"annals {arguments} exits with {done.returncode}\n{done.stderr}")
    return done


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class ReportTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        shared = pathlib.Path("/dev/shm")  # Thousands of versions, each synced.
        cls.directory = tempfile.TemporaryDirectory(prefix="annals-report-", dir=shared if shared.is_dir() else None)
        cls.root = pathlib.Path(cls.directory.name)
        cls.browser = chromium.Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.directory.cleanup()

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.requests.clear()

    def tearDown(self):
        """Nothing was complained of, and nothing but the file was asked for."""
        self.assertEqual(self.browser.complaints, [])
        self.assertEqual([url for url in self.browser.requests if not re.match(r"(file:///.*\.html|about:blank)", url)], [])

    # --- What tests are made of.

    def page_of(self, name, sql=None, file=None, expect=0):
        store = self.root / name
        if sql is not None:
            run("exec", store, text=sql)
        elif file is not None:
            run("exec", store, "--author", "Ada", "-f", file)
        page = self.root / f"{name}.html"
        self.said = run("report", store, "-o", page, expect=expect).stderr
        return page

    def shop(self):
        page = self.root / "shop.html"
        return page if page.exists() else self.page_of("shop", file=SHOP_SQL)

    def kinds(self):
        page = self.root / "kinds.html"
        return page if page.exists() else self.page_of("kinds", sql=KINDS_SQL)

    def see(self, part, selector):
        self.assertIn(part, self.browser.text(selector))

    def not_see(self, part, selector):
        self.assertNotIn(part, self.browser.text(selector))

    def picture(self, name, page, **how):
        self.browser.open(page, **how)
        self.browser.screenshot(SCREENSHOTS / f"{name}.png")
        wide = self.browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.assertEqual(wide, 0, f"{name}: the page is wider than the window")

    # --- Tests.

    def test_health_tells_the_head_hash_that_log_tells(self):
        self.browser.open(self.shop())
        head = json.loads(run("log", self.root / "shop", "-n", "1", "-o", "json").stdout)[0]
        self.assertEqual(self.browser.text("#head-hash"), head["hash"])
        self.assertEqual(self.browser.text("#verdict"), "sound")
        self.see(f"version {head['version']}", "#facts")

    def test_a_version_that_is_clicked_is_shown_whole(self):
        self.browser.open(self.shop())
        self.browser.click("#version-rows .version-number", 1)
        number = int(self.browser.text("#version-rows tr.open .version-number"))
        shown = json.loads(run("show", self.root / "shop", str(number), "-o", "json").stdout)
        for part in (shown["hash"], shown["previous_hash"], shown["commit_id"], shown["statement"], shown["message"], "Ada"):
            self.see(part, "#version-detail")
        self.assertEqual(self.browser.evaluate("location.hash"), f"#version={number}")
        self.browser.click("#version-rows tr.open .version-number")
        self.assertEqual(self.browser.count("#version-detail"), 0)

    def test_typing_in_the_filter_leaves_the_versions_that_fit(self):
        self.browser.open(self.shop())
        self.browser.type("#version-filter", "GIFT")
        self.assertRegex(self.browser.text("#version-count"), r"^2 of \d+ versions$")
        self.assertTrue(all("ift" in row for row in self.browser.texts("#version-rows tr.row")))
        self.browser.type("#version-filter", "nothing like this")
        self.assertEqual(self.browser.count("#version-rows tr"), 0)
        self.browser.type("#version-filter", "")
        self.assertEqual(self.browser.count("#version-rows tr"), 25)

    def test_pages_and_order_of_the_table(self):
        self.browser.open(self.shop())
        first = lambda: int(self.browser.texts("#version-rows .version-number")[0])
        newest = first()
        self.browser.click("#version-next")
        self.assertEqual(first(), newest - 25)
        self.browser.click("#version-order")
        self.assertEqual(first(), 1)
        self.browser.click("#version-last")
        self.assertTrue(self.browser.evaluate("document.getElementById('version-next').disabled"))

    def test_the_slider_shows_the_catalog_that_ls_shows(self):
        self.browser.open(self.shop())
        for number in (1, 2, 14, 30, 41):
            self.browser.evaluate(f"""(s => {{ s.value = {number - 1};
                s.dispatchEvent(new Event("input", {{bubbles: true}})); }})(document.getElementById("at-slider"))""")
            self.browser.frame()
            listed = json.loads(run("ls", self.root / "shop", "--at", str(number), "-o", "json").stdout)
            self.assertEqual(sorted(self.browser.texts("#tree details .object")), sorted(one["name"] for one in listed), number)
            self.assertEqual(self.browser.text("#tree-count"), f"{len(listed)} object{'s' * (len(listed) != 1)}")

    def test_the_slider_moves_by_keys_and_the_tree_is_filtered(self):
        self.browser.open(self.shop())
        self.browser.evaluate("document.getElementById('at-slider').focus()")
        self.browser.press("ArrowLeft", 37)
        self.see("version 40", "#at-what")
        self.browser.press("Home", 36)
        self.see("version 1 ", "#at-what")
        self.browser.press("End", 35)
        self.browser.type("#tree-filter", "cart_items")
        self.assertEqual(self.browser.texts("#tree .object"), ["SHOP", "CART_ITEMS", "CART_ITEMS_PK"])
        self.browser.click("#tree summary", 1)
        self.see("column QUANTITY", "#tree")
        self.see("SMALLINT NOT NULL DEFAULT 1", "#tree")

    def test_two_versions_are_compared_down_to_the_column(self):
        self.browser.open(self.shop())
        self.browser.type("#diff-from", "9")
        self.browser.type("#diff-to", "28")
        self.browser.press("Enter", 13)
        shown = " ".join(self.browser.text("#diff").split())
        for change in json.loads(run("diff", self.root / "shop", "9..28", "-o", "json").stdout):
            name = ".".join(filter(None, (change["schema"], change["name"])))
            if change["kind"] == "index" and name.endswith("_PK"):
                continue  # Of a table that is told.
            self.assertIn(f"{change['change']} {change['kind']} {name}", shown)
            for piece in change["details"]:
                self.assertIn(" ".join((piece["after_name"] or piece["before_name"]).split()), shown)
                self.assertIn(piece["after"] or "", shown)
        self.see("ALTER TABLE shop.orders ALTER COLUMN state", "#ddl")
        self.assertEqual(self.browser.evaluate("location.hash"), "#diff=9..28")
        self.browser.click("#diff-swap")
        self.assertIn("dropped table SHOP.CARTS", " ".join(self.browser.text("#diff").split()))
        self.see("annals diff STORE 28..9 -o ddl", "#ddl")

    def test_the_statements_between_two_versions_make_the_one_of_the_other(self):
        self.browser.open(self.shop(), "#diff=1..41")
        copy = self.root / "copy"
        run("exec", copy, text="\n".join(self.browser.evaluate("[...document.querySelectorAll('#ddl pre')].map(e => e.textContent)")))
        lines = lambda store: run("ls", store, "-o", "lines").stdout
        self.assertEqual(lines(copy), lines(self.root / "shop"))

    def test_an_object_is_followed_through_its_names(self):
        self.browser.open(self.shop())
        self.browser.type("#life-filter", "reviews")
        self.assertIn("SHOP.RATINGS", self.browser.texts("#life-found .object"))
        self.browser.click("#life-found .object", self.browser.texts("#life-found .object").index("SHOP.RATINGS"))
        self.assertIn("as SHOP.REVIEWS", self.browser.text("#life-of"))
        self.assertIn("REVIEWS → RATINGS", self.browser.text("#life-of"))
        self.browser.type("#life-filter", "staging.rejected")
        self.browser.click("#life-found .object")
        self.see("dropped in version 30", "#life-of")

    def test_configured_objects_are_shown_with_their_options(self):
        self.browser.open(self.kinds())
        kinds = self.browser.evaluate("[...document.querySelectorAll('#tree-kind option')].map(e => e.textContent)")
        for kind in ("catalogs", "connections", "secrets", "sources", "sinks"):
            self.assertIn(kind, [one.lower() for one in kinds])
        self.browser.evaluate("showCatalog(7); for (const one of document.querySelectorAll('#tree details')) one.open = true")
        self.browser.frame()
        listed = json.loads(run("ls", self.root / "kinds", "--at", "7", "-o", "json").stdout)
        self.assertEqual(sorted(self.browser.texts("#tree details .object")), sorted(one["name"] for one in listed))
        seen = " ".join(self.browser.evaluate("document.querySelector('#tree').textContent").split())
        for part in ("connection", "kafka", "h1:9092", "secret PUBLIC.P", "connection PUBLIC.T", "<b>main</b>", "source", "orders", "sink",
                     "KAFKA_PASSWORD", "catalog", "hive", "thrift://h:9083", "${ENV:S3}"):
            self.assertIn(part, seen)
        self.assertEqual(self.browser.count("#tree b"), 0)

    def test_changes_of_configured_objects_are_compared_and_followed(self):
        self.browser.open(self.kinds(), "#diff=7..11")
        shown = " ".join(self.browser.text("#diff").split())
        for change in json.loads(run("diff", self.root / "kinds", "7..11", "-o", "json").stdout):
            name = ".".join(filter(None, (change["schema"], change["name"])))
            self.assertIn(f"{change['change']} {change['kind']} {name}", shown)
            for piece in change["details"]:
                self.assertIn(piece["after"] or "", shown)
        for part in ("h1:9092", "h2:9092", "ssh-tunnel", "dropped sink PUBLIC.D", "LAKE", "SEA"):
            self.assertIn(part, shown)
        self.see("ALTER CONNECTION", "#ddl")
        self.browser.type("#life-filter", "sea")
        self.browser.click("#life-found .object")
        self.assertIn("LAKE → SEA", self.browser.text("#life-of"))
        self.picture("report-kinds", self.kinds(), fragment="#diff=7..11")

    def test_links_lead_to_what_they_name(self):
        self.browser.open(self.shop(), "#version=3")
        self.see("Customers can sign up", "#version-detail")
        self.assertEqual(self.browser.evaluate("document.activeElement.id"), "version-3")
        self.browser.click("#version-detail .actions a", 1)
        self.assertEqual(self.browser.evaluate("[document.getElementById('diff-from').value, document.getElementById('diff-to').value]"), ["2", "3"])
        self.browser.evaluate("location.hash = '#object=99999'")
        self.browser.frame()
        self.see("no object with the id 99999", "#life-of")
        for nonsense in ("#version=99", "#diff=0..99999999", "#at=0", "#version=x", "#object="):
            self.browser.open(self.shop(), nonsense)
            self.assertEqual(self.browser.complaints, [], nonsense)

    def test_charts_go_by_version_or_by_time_and_are_tables_too(self):
        self.browser.open(self.shop())
        self.assertEqual(self.browser.count("#timeline-chart .bar"), 41)
        self.browser.click("#timeline .choice label", 1)
        self.assertTrue(self.browser.evaluate("axis() === 'time'"))
        self.assertGreater(self.browser.count("#timeline-chart .bar"), 0)
        for width in (1200, 360):
            for choice in (0, 1):
                self.browser.resize(width, 900)
                self.browser.click("#timeline .choice label", choice)
                self.assertEqual(self.browser.evaluate(OVERLAPS), [], (width, choice))
        self.browser.click("#timeline-chart summary")
        self.see("versions 1 to 2\t", "#timeline-chart .as-text")

    def test_every_control_has_a_name(self):
        self.browser.open(self.shop(), "#version=30")
        controls = self.browser.controls()
        self.assertGreater(len(controls), 50)
        self.assertEqual([control for control in controls if not control[1]], [])
        self.assertEqual(self.browser.count("th:not([scope])"), 0)

    def test_everything_can_be_reached_by_tab(self):
        self.browser.open(self.shop())
        reached = set()
        for _ in range(250):
            self.browser.press("Tab", 9)
            reached.add(self.browser.evaluate("document.activeElement.id || document.activeElement.tagName"))
        wanted = {"version-filter", "version-order", "version-next", "at-slider", "at-number", "tree-filter", "tree-kind",
                  "diff-from", "diff-to", "diff-swap", "life-filter"}
        self.assertEqual(wanted - reached, set())

    def test_pictures_for_people(self):
        self.picture("report-light", self.shop())
        self.picture("report-dark", self.shop(), dark=True)
        self.picture("report-narrow", self.shop(), fragment="#version=30", width=360, height=780)

    def test_hostile_names_are_text_and_nothing_else(self):
        sql = ["CREATE SCHEMA evil;"]
        for i, name in enumerate(HOSTILE):
            sql.append(f"BEGIN; CREATE TABLE evil.{quoted(name)} (id INTEGER PRIMARY KEY, {quoted(name[:100])} VARCHAR DEFAULT "
                       f"'{name.replace(chr(39), chr(39) * 2)}'); COMMIT MESSAGE '{name.replace(chr(39), chr(39) * 2)}\x1b[31m';")
        sql.append(f"ALTER TABLE evil.{quoted(HOSTILE[0])} RENAME TO {quoted(HOSTILE[2] + '2')};")
        store = self.root / "evil<b>.store"
        run("exec", store, "--author", HOSTILE[2] + "\nDROP SCHEMA evil;", text="\n".join(sql))
        page = self.root / "evil.html"
        run("report", store, "-o", page)
        source = page.read_text()
        self.assertEqual(len(re.findall("(?i)</script", source)), 2)
        self.assertNotIn("<!--", source)
        self.assertNotIn("<img", source)
        self.browser.open(page, f"#version={len(HOSTILE) + 2}")
        self.browser.evaluate("showDiff(1, Infinity); for (const one of document.querySelectorAll('#tree details')) one.open = true")
        self.browser.frame()
        for number in range(1, len(HOSTILE) + 4):
            self.browser.evaluate(f"openVersion({number})")
        for selector in ("#tree", "#diff", "#ddl"):
            seen = self.browser.evaluate(f"document.querySelector('{selector}').textContent")
            for name in HOSTILE[1:]:
                # As text, or as a name of SQL: U&"\202E".
                shown = [re.sub("[\u202e\u2067\u2069]", lambda c: escape.format(ord(c[0])), name)
                         for escape in ("\\u{:04x}", "\\{:04X}")]
                forms = [form for one in shown for form in (one, one.replace('"', '""'))]
                self.assertTrue(any(form in seen for form in forms), (selector, forms))
            self.assertNotRegex(seen, "[\u202a-\u202e\u2066-\u2069\x1b]")
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('#ddl pre')].filter(e => /^DROP/m.test(e.textContent)).length"), 0)
        for element in ("img", "main script", "main b", "iframe", "a[href^='javascript']"):
            self.assertEqual(self.browser.count(element), 0, element)
        self.assertEqual(self.browser.text("#name"), "evil<b>.store")
        for object_id in self.browser.evaluate("objects.map(object => object.id)"):
            self.browser.evaluate(f"showLife({object_id})")
        self.picture("report-hostile", page, width=360, height=780)

    def test_the_policy_lets_no_other_script_or_style_in(self):
        self.browser.open(self.shop())
        self.browser.evaluate("""(() => {
            const script = document.createElement("script");
            script.textContent = "window.broken = 1";
            document.body.append(script);
            const style = document.createElement("style");
            style.textContent = "body { display: none }";
            document.body.append(style);
            document.body.insertAdjacentHTML("beforeend", "<p id=handler onclick='window.broken = 2'>x</p>");
            document.getElementById("handler").click();
        })()""")
        self.browser.frame()
        self.assertIsNone(self.browser.evaluate("window.broken"))
        self.assertNotEqual(self.browser.evaluate("getComputedStyle(document.body).display"), "none")
        refused = [text for text in self.browser.complaints if "Content Security Policy" in text]
        self.assertEqual(len(refused), 3, self.browser.complaints)
        self.browser.complaints.clear()

    @unittest.skipUnless(chromium.shutil.which("ldb"), "there is no ldb (rocksdb-tools) to damage a store with")
    def test_damage_is_red_and_what_is_sound_is_shown(self):
        store = self.root / "damaged"
        run("exec", store, "-f", SHOP_SQL)
        key = f"catalog.update.{20:020d}"
        keys = subprocess.run(["ldb", f"--db={store}", "scan", "--no_value"], capture_output=True, text=True).stdout.split()
        key = next(one for one in keys if re.fullmatch(r"catalog\.update\.0*20", one))
        subprocess.run(["ldb", f"--db={store}", "put", key, "damage"], check=True, capture_output=True)
        page = self.page_of("damaged", expect=4)
        self.assertIn(key, self.said)
        self.browser.open(page)
        self.assertEqual(self.browser.text("#verdict"), "damaged")
        self.see(key, "#findings .damage")
        self.see("Catalogs can be made up to version 19", "#findings")
        self.assertGreater(self.browser.count("#timeline-chart .lost"), 0)
        self.assertEqual(self.browser.evaluate("document.getElementById('at-slider').max"), "18")
        self.browser.type("#version-filter", "damage")
        self.see("Damaged", "#version-rows tr.lost")
        self.browser.open(page, "#version=33")
        self.see("Product pages with text", "#version-detail")
        self.picture("report-damaged", page)

    def test_a_store_without_any_catalog_is_shown_as_far_as_it_goes(self):
        store = self.root / "headless"
        run("exec", store, text="CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c;")
        keys = subprocess.run(["ldb", f"--db={store}", "scan", "--no_value"], capture_output=True, text=True).stdout.split()
        first = next((one for one in keys if re.fullmatch(r"catalog\.update\.0*1", one)), None)
        if first is None:
            self.skipTest("there is no ldb (rocksdb-tools) to damage a store with")
        subprocess.run(["ldb", f"--db={store}", "put", first, "damage"], check=True, capture_output=True)
        self.browser.open(self.page_of("headless", expect=4))
        self.see("No catalog can be made", "#findings")
        self.assertEqual(self.browser.count("#version-rows tr.row"), 3)

    def test_a_store_that_begins_with_a_snapshot_tells_so(self):
        store = self.root / "short"
        run("exec", store, "-f", SHOP_SQL)
        run("snapshot", store, "--at", "28")
        self.browser.open(self.page_of("short"))
        self.see("at version 28", "#facts")
        self.assertEqual(self.browser.count("#timeline-chart .snapshot"), 2)
        self.browser.evaluate("showCatalog(28)")
        self.browser.frame()
        listed = json.loads(run("ls", store, "--at", "28", "-o", "json").stdout)
        self.assertEqual(sorted(self.browser.texts("#tree details .object")), sorted(one["name"] for one in listed))
        self.browser.type("#life-filter", "customers")
        self.browser.click("#life-found .object")
        self.see("there already", "#life-of")

    def test_ten_thousand_versions_are_quick(self):
        sql = ["CREATE SCHEMA s; CREATE TABLE s.t0 (id INTEGER);"]
        for i in range(1, 5010):
            sql.append(f"ALTER TABLE s.t{i - 1} RENAME TO t{i};")
            sql.append(f"DROP SCHEMA x{i - 1};" if i % 2 == 0 else f"CREATE SCHEMA x{i};")
        page = self.page_of("big", sql="\n".join(sql))
        self.assertIn("the newest 10000 are shown", self.said)
        seconds = {"open": self.browser.open(page)}
        self.see("newest 10000 are shown", "#findings")
        self.see("10,000 versions", "#version-count")

        def within(limit, what, action):
            start = chromium.time.monotonic()
            action()
            seconds[what] = chromium.time.monotonic() - start
            self.assertLess(seconds[what], limit, seconds)

        within(10, "filter", lambda: self.browser.type("#version-filter", "rename to t4999"))
        self.see("1 of 10,000", "#version-count")
        move = """(async s => { for (let i = 0; i < 50; ++i) { s.value = i * 200; s.dispatchEvent(new Event("input"));
            await new Promise(requestAnimationFrame); } })(document.getElementById("at-slider"))"""
        within(25, "50 steps of the slider", lambda: self.browser.evaluate(move))
        within(10, "compare", lambda: self.browser.evaluate("showDiff(30, 10000)"))
        within(10, "follow", lambda: self.browser.evaluate("showLife(objects.find(object => object.states.length > 4990).id)"))
        self.assertLess(seconds["open"], 15, seconds)  # Of a machine that does much else.
        print(f"10,000 versions, {page.stat().st_size >> 10} KiB, seconds: {({what: round(taken, 2) for what, taken in seconds.items()})}")
        self.picture("report-large", page)


if __name__ == "__main__":
    if chromium.PROGRAM is None:
        print("SKIPPED: there is no chromium here; ./dev setup --browser installs it")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
