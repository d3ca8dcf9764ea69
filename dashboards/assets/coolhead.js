/* What the pages do in the browser: links within the dashboards, title, scheme, exports. */
(function () {
  "use strict";

  function go(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function isOurs(anchor, event) {
    return (
      anchor &&
      anchor.origin === window.location.origin &&
      !anchor.target &&
      !anchor.hasAttribute("download") &&
      event.button === 0 &&
      !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    );
  }

  function openTarget(hash) {
    var target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return;
    // Of what is taller than the window, the middle would hide the heading.
    var block = target.offsetHeight > 0.7 * window.innerHeight ? "start" : "center";
    target.scrollIntoView({ block: block, behavior: reduced() ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
    target.classList.remove("pointed");
    void target.offsetWidth; // restarts the animation
    target.classList.add("pointed");
  }

  function reduced() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  function stored() {
    var kept = window.localStorage.getItem("mantine-color-scheme-value") || "auto";
    var prefersDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    return kept === "auto" ? (prefersDark ? "dark" : "light") : kept;
  }

  document.addEventListener("click", function (event) {
    var anchor = event.target.closest ? event.target.closest("a[href]") : null;
    if (!isOurs(anchor, event)) return;
    event.preventDefault();
    if (anchor.getAttribute("href").startsWith("#")) {
      openTarget(anchor.hash);
      return;
    }
    var isOtherPage = anchor.pathname !== window.location.pathname;
    go(anchor.pathname + anchor.search + anchor.hash);
    if (isOtherPage) window.scrollTo(0, 0);
  });

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-path]");
    if (!form) return;
    event.preventDefault();
    var query = new URLSearchParams(window.location.search);
    new FormData(form).forEach(function (value, name) {
      query.set(name, value.trim());
    });
    go(form.dataset.path + "?" + query.toString());
  });

  /* Reasons of marks: fixed, so that no table's edge cuts them. */
  var tip = null;

  function showTip(event) {
    var over = event.target.closest ? event.target.closest(".validity[data-tip]") : null;
    if (!over) return;
    hideTip();
    tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("aria-hidden", "true"); // read out with the mark itself
    tip.textContent = over.dataset.tip;
    document.body.appendChild(tip);
    var mark = over.getBoundingClientRect();
    var below = mark.bottom + 8 + tip.offsetHeight < window.innerHeight;
    tip.style.top = (below ? mark.bottom + 8 : mark.top - 8 - tip.offsetHeight) + "px";
    var furthest = window.innerWidth - tip.offsetWidth - 12;
    tip.style.left = Math.max(12, Math.min(mark.left, furthest)) + "px";
  }

  function hideTip() {
    if (tip) tip.remove();
    tip = null;
  }

  document.addEventListener("mouseover", showTip);
  document.addEventListener("focusin", showTip);
  document.addEventListener("mouseout", hideTip);
  document.addEventListener("focusout", hideTip);
  document.addEventListener("scroll", hideTip, true);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") hideTip();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    coolhead: {
      titled: function (name) {
        document.title = name ? name + " · Coolhead" : "Coolhead";
        return window.dash_clientside.no_update;
      },
      schemed: function (computed, shown) {
        /* Told late at first, and before the page has it: the page itself is asked. */
        var told = document.documentElement.getAttribute("data-mantine-color-scheme");
        var scheme = told === "dark" || told === "light" ? told : stored();
        document.body.dataset.agThemeMode = scheme;
        return scheme === shown ? window.dash_clientside.no_update : scheme;
      },
      followed: function (click, figure) {
        /* Dash hands on no custom data of a heat-map's cell: addresses stand in `meta`. */
        var cell = click && click.points && click.points[0];
        var hrefs = figure && figure.layout && figure.layout.meta;
        var href = cell && hrefs && hrefs[cell.y] && hrefs[cell.y][cell.x];
        if (href) {
          go(href);
          window.setTimeout(function () {
            openTarget("#drill");
          }, 700);
        }
        return window.dash_clientside.no_update;
      },
      exported: function (clicks) {
        return Boolean(clicks);
      },
    },
  });
})();
