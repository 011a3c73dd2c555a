# SPDX-License-Identifier: MIT
"""browser_page.py FOLDER URL VIEW... -- BROWSER ARG...: shows URL in Chromium, in each VIEW.

A VIEW is a width in CSS pixels and a color scheme, such as 320-dark. Prints what the browser found,
as lines "VIEW NAME: VALUE":

    width       of the picture, FOLDER/VIEW.png, which holds the whole page
    overflow    CSS pixels of the page that are to the right of the window
    broken      words of headers and commands that continue on a second line
    contrast    the lowest one of a text with its ground, as WCAG 2.2 computes it
    ground      the color behind the page
    rows        how many cells the browser presents to assistive technology as headers of rows
    table       the name of the table, for the same
    request     an address that was requested; one line for each
    complaint   of the console or an audit; one line for each

It speaks the DevTools protocol over a pair of pipes. A page that does not load ends it with status 1.
"""
import base64
import fcntl
import json
import os
import struct
import subprocess
import sys

HEIGHT = 800

# Runs in the page by the debugger, which the page's policy does not bind.
LOOK = """(() => {
    const rgb = css => (css.match(/[0-9.]+/g) || []).map(Number);
    const part = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
    const ground = e => {
        for (; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] > 0)
                return c;
        }
        return null;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let contrast = 21, right = document.documentElement.scrollWidth;
    while (texts.nextNode()) {
        if (!texts.currentNode.data.trim())
            continue;
        const e = texts.currentNode.parentElement, behind = ground(e) || [255, 255, 255];
        const both = [light(rgb(getComputedStyle(e).color)), light(behind)].sort((a, b) => b - a);
        contrast = Math.min(contrast, (both[0] + 0.05) / (both[1] + 0.05));
    }
    for (const e of document.body.querySelectorAll("*"))
        right = Math.max(right, Math.ceil(e.getBoundingClientRect().right));
    let broken = "";
    for (const e of document.body.querySelectorAll("th, footer code")) {
        for (const word of e.firstChild.data.matchAll(/[^ ]+/g)) {
            const range = document.createRange();
            range.setStart(e.firstChild, word.index);
            range.setEnd(e.firstChild, word.index + word[0].length);
            if (range.getClientRects().length > 1)
                broken += word[0] + " ";
        }
    }
    const body = ground(document.body);
    return { overflow: Math.max(0, right - document.documentElement.clientWidth), broken, contrast: contrast.toFixed(2),
        ground: body ? body.join(",") : "none" };
})()"""


class Browser:
    """Chromium, with its DevTools protocol on the file descriptors 3 and 4."""

    def __init__(self, command):
        # High numbers first, so that neither end is in the way of the other.
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in os.pipe() + os.pipe()]

        def place():
            os.dup2(ends[0], 3)
            os.dup2(ends[3], 4)

        # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
        self.process = subprocess.Popen(
            command + ["--remote-debugging-pipe", "about:blank"], stdout=subprocess.DEVNULL,
            preexec_fn=place, pass_fds=(3, 4))
        os.close(ends[0])
        os.close(ends[3])
        self.to, self.back = ends[1], ends[2]
        self.rest, self.last, self.events = b"", 0, []

    def read(self):
        """The next message; waits for it."""
        while b"\0" not in self.rest:
            got = os.read(self.back, 65536)
            if not got:
                sys.exit("browser_page: the browser has gone")
            self.rest += got
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def call(self, session, method, **parameters):
        """The result of a method; events that arrive before it are kept."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    sys.exit(f"browser_page: {method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        """Until an event arrived that is not older than the last call of forget."""
        while all(event["method"] != method for event in self.events):
            self.events.append(self.read())

    def close(self):
        """Ends it, and waits for its end."""
        self.call(None, "Browser.close")
        self.process.wait()


def complaint(event):
    """The words of an event that tells of an error; None: it tells of none."""
    parameters = event["params"]
    if event["method"] == "Log.entryAdded":
        return parameters["entry"]["text"]
    if event["method"] == "Runtime.consoleAPICalled":
        return f"console.{parameters['type']}"
    if event["method"] == "Runtime.exceptionThrown":
        return parameters["exceptionDetails"]["text"]
    if event["method"] == "Audits.issueAdded":
        return json.dumps(parameters["issue"])
    return None


def presented(browser, session):
    """What assistive technology is given: how many headers of rows, and the table's name."""
    nodes = browser.call(session, "Accessibility.getFullAXTree")["nodes"]
    roles = [(node.get("role", {}).get("value"), node.get("name", {}).get("value"))
             for node in nodes if not node.get("ignored")]
    return (sum(role == "rowheader" for role, _ in roles),
            next((name for role, name in roles if role == "table"), "none"))


def picture(browser, session, path):
    """The whole page as a file; returns its width, which the head of a PNG holds."""
    size = browser.call(session, "Page.getLayoutMetrics")["cssContentSize"]
    png = base64.b64decode(browser.call(
        session, "Page.captureScreenshot", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})["data"])
    with open(path, "wb") as file:
        file.write(png)
    return struct.unpack(">I", png[16:20])[0]


def show(browser, folder, url, view):
    """One page in one view, in a tab of its own."""
    width, scheme = view.split("-")
    target = browser.call(None, "Target.createTarget", url="about:blank")["targetId"]
    session = browser.call(None, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime", "Audits", "Accessibility"):
        browser.call(session, f"{domain}.enable")
    # A narrow window is a telephone, which heeds the page's viewport.
    browser.call(session, "Emulation.setDeviceMetricsOverride", width=int(width), height=HEIGHT,
                 deviceScaleFactor=1, mobile=int(width) < 600)
    browser.call(session, "Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    # A scrollbar would take some of the width.
    browser.call(session, "Emulation.setScrollbarsHidden", hidden=True)
    browser.events = []
    failed = browser.call(session, "Page.navigate", url=url).get("errorText")
    if failed:
        sys.exit(f"browser_page: {url}: {failed}")
    browser.wait_for("Page.loadEventFired")
    found = browser.call(session, "Runtime.evaluate", expression=LOOK, returnByValue=True)
    found = found["result"].get("value") or sys.exit(f"browser_page: {found}")
    found["rows"], found["table"] = presented(browser, session)
    found["width"] = picture(browser, session, os.path.join(folder, f"{view}.png"))
    for name, value in found.items():
        print(f"{view} {name}: {value}")
    for event in browser.events:
        if event["method"] == "Network.requestWillBeSent":
            print(f"{view} request: {event['params']['request']['url']}")
        elif complaint(event):
            print(f"{view} complaint: {complaint(event)}")
    browser.call(None, "Target.closeTarget", targetId=target)


def main():
    """Each view in turn."""
    at = sys.argv.index("--")
    folder, url, *views = sys.argv[1:at]
    browser = Browser(sys.argv[at + 1:])
    try:
        for view in views:
            show(browser, folder, url, view)
        browser.close()
    finally:
        if browser.process.poll() is None:
            browser.process.kill()


main()
