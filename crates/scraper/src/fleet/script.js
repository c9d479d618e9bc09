"use strict";
(() => {
  const LONGEST_WAIT_SECONDS = 60;
  const connection = document.getElementById("connection");
  let main = document.querySelector("main");
  let failures = 0;
  let timer;

  // The server writes UTC; the reader's clock says it better.
  function localTimes() {
    for (const time of main.querySelectorAll("time")) {
      const date = new Date(time.dateTime);
      const day = date.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
      const seconds = day.day ? {} : { second: "2-digit" };
      time.textContent = date.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit", ...seconds });
      time.title = date.toString();
    }
  }

  function show(text) {
    const template = document.createElement("template");
    template.innerHTML = text;
    const next = template.content.firstElementChild;
    if (!next || next.localName !== "main") throw new Error("not the fleet");
    const focused = [...main.querySelectorAll("a")].indexOf(document.activeElement);
    main.replaceWith(next);
    main = next;
    document.title = main.dataset.title;
    localTimes();
    if (focused >= 0) main.querySelectorAll("a")[focused]?.focus({ preventScroll: true });
  }

  async function refresh() {
    // Text that is being selected is not taken away.
    if (!getSelection().isCollapsed) return plan();
    try {
      const response = await fetch("fleet", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(response.statusText);
      show(await response.text());
      failures = 0;
      connection.textContent = "";
    } catch {
      failures += 1;
      const seen = main.querySelector("time").textContent;
      if (failures > 1) connection.textContent = `Connection lost. This is how it was at ${seen}.`;
    }
    document.body.classList.toggle("lost", failures > 1);
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const seconds = Number(main.dataset.refreshSeconds) * 2 ** Math.max(0, failures - 2);
    if (!document.hidden) timer = setTimeout(refresh, 1000 * Math.min(seconds, LONGEST_WAIT_SECONDS));
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
  localTimes();
  plan();
})();
