"use strict";
// Charts are drawn when they come into view; tabs and filters work on what the page already holds. Nothing is fetched.
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const coloured = (value, key) => {
    if (key === "values") return value;
    if (typeof value === "string") return value.startsWith("$") && key !== "$schema" ? css(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map((each) => coloured(each));
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, coloured(each, name)]));
    return value;
  };
  const look = () => ({
    background: "transparent", font: css("font"),
    axis: {
      labelColor: css("soft"), titleColor: css("soft"), gridColor: css("line"), domainColor: css("line"),
      tickColor: css("line"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelOverlap: true,
    },
    legend: { labelColor: css("ink"), titleColor: css("soft"), labelFontSize: 12, orient: "top", labelLimit: 240 },
    header: { labelColor: css("ink"), titleColor: css("soft") }, title: { color: css("ink") },
    view: { stroke: null }, rule: { color: css("soft") }, text: { color: css("ink") },
    line: { color: css("accent"), strokeWidth: 2 }, point: { color: css("accent") }, area: { color: css("accent") },
    bar: { color: css("accent") }, rect: { color: css("accent") }, tick: { color: css("accent") },
    range: { category: css("category").split(/\s+/) },
  });

  const draw = (chart) => {
    const spec = coloured(JSON.parse(chart.querySelector("script").textContent));
    const place = chart.querySelector(".drawing") || chart.appendChild(document.createElement("div"));
    place.className = "drawing";
    chart.dataset.drawn = "yes";
    return vegaEmbed(place, spec, { renderer: "svg", actions: false, ast: true, config: look(), tooltip: { theme: "custom" } })
      .then((made) => { chart.made?.finalize(); chart.made = made; })
      .catch((error) => { place.textContent = `This chart could not be drawn: ${error.message}`; console.error(error); });
  };
  const charts = [...document.querySelectorAll(".chart")];
  const seen = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (isIntersecting && !target.dataset.drawn) draw(target);
  }), { rootMargin: "400px" });
  charts.forEach((chart) => seen.observe(chart));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    charts.filter((chart) => chart.dataset.drawn).forEach(draw));
  addEventListener("beforeprint", () => charts.filter((chart) => !chart.dataset.drawn).forEach(draw));

  const choose = (tablist, tab) => {
    for (const each of tablist.querySelectorAll(":scope > [role=tab]")) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", chosen);
      each.tabIndex = chosen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
    }
  };
  for (const tablist of document.querySelectorAll("[role=tablist]")) {
    const all = [...tablist.querySelectorAll(":scope > [role=tab]")];
    choose(tablist, all[0]);
    tablist.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tablist, tab);
    });
    tablist.addEventListener("keydown", (event) => {
      const at = all.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = all[(to + all.length) % all.length];
      tab.focus();
      choose(tablist, tab);
    });
  }

  // A form with data-filters="ID" shows of the children of #ID those that pass all of its fields. A field named NAME is
  // compared with the child's data-NAME: a choice must be among its words, a text must be part of it, a box must be "yes".
  for (const form of document.querySelectorAll("form[data-filters]")) {
    const items = [...document.getElementById(form.dataset.filters).children];
    const told = form.querySelector("output");
    const passes = (item, field) => {
      const value = item.dataset[field.name] || "";
      if (field.type === "checkbox") return !field.checked || value === "yes";
      const wanted = field.value.trim().toLowerCase();
      if (field.tagName === "SELECT") return !wanted || value.toLowerCase().split("|").includes(wanted);
      return value.toLowerCase().includes(wanted);
    };
    const filter = () => {
      const fields = [...form.elements].filter((field) => field.name);
      let shown = 0;
      for (const item of items) {
        item.hidden = !fields.every((field) => passes(item, field));
        shown += !item.hidden;
      }
      if (told) told.textContent = `${shown.toLocaleString("en")} of ${items.length.toLocaleString("en")}`;
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    filter();
  }

  // The section in view is marked in the navigation.
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const here = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(target.id)?.setAttribute("aria-current", "true");
  }), { rootMargin: "-20% 0px -70%" });
  document.querySelectorAll("main > [id]").forEach((each) => here.observe(each));
  document.documentElement.classList.add("scripted");
})();
