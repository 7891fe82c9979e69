// Pictures of tables that are on the page: without this file the tables are there all the same.
"use strict";
(() => {
  if (typeof Chart === "undefined") return;
  const drawn = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const shade = (step, steps) => { // from the blue of what can be pressed to the paper, in even steps
    const from = parts(colour("press")), to = parts(colour("paper"));
    const share = steps > 1 ? (step / (steps - 1)) * 0.8 : 0;
    return `rgb(${from.map((value, at) => Math.round(value + (to[at] - value) * share)).join(", ")})`;
  };
  const said = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(value);

  function read(table) {
    const rows = [...table.querySelectorAll("tbody tr")];
    const series = [...table.querySelectorAll("thead th")]
      .map((head, column) => ({ head, column }))
      .filter(({ head }) => head.dataset.series)
      .map(({ head, column }) => ({
        kind: head.dataset.series,
        label: head.textContent.trim(),
        values: rows.map((row) => {
          const value = row.cells[column].dataset.value;
          return value === "" ? null : Number(value);
        }),
      }));
    return {
      series,
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      links: rows.map((row) => row.cells[0].querySelector("a")?.href),
    };
  }

  function draw(figure) {
    const { series, labels, links } = read(figure.querySelector("table"));
    const isStack = figure.dataset.chart === "stack", isRoot = figure.dataset.scale === "root";
    const totals = labels.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] || 0), 0));
    const tall = (value, at) => (isRoot && totals[at] ? (value * Math.sqrt(totals[at])) / totals[at] : value);
    const inks = series.map((one, at) => (one.kind === "shade" ? shade(at, series.length) : colour(one.kind)));
    const box = figure.querySelector(".canvas");
    box.hidden = false;
    drawn.get(figure)?.destroy();
    const axis = { grid: { color: colour("line") }, ticks: { color: colour("ink-2"), maxRotation: 0, autoSkip: true } };
    drawn.set(figure, new Chart(box.querySelector("canvas"), {
      type: isStack ? "bar" : "line",
      data: {
        labels,
        datasets: series.map((one, at) => ({
          label: one.label,
          data: one.values.map(tall),
          backgroundColor: inks[at],
          borderColor: isStack ? colour("paper") : inks[at],
          borderWidth: isStack ? 0.5 : 2,
          pointRadius: 2,
          spanGaps: false,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: (_event, hits) => { if (hits.length && links[hits[0].index]) window.location.assign(links[hits[0].index]); },
        onHover: (event, hits) => { event.native.target.style.cursor = hits.length && links[hits[0].index] ? "pointer" : "default"; },
        scales: {
          x: { ...axis, stacked: isStack, grid: { display: false } },
          y: {
            ...axis,
            stacked: isStack,
            beginAtZero: true,
            ticks: { ...axis.ticks, callback: (value) => said(isRoot ? Math.round(value * value) : value) },
          },
        },
        plugins: {
          legend: { display: series.length > 1, position: "bottom", labels: { color: colour("ink"), boxWidth: 12 } },
          tooltip: { callbacks: { label: (item) => `${series[item.datasetIndex].label}: ${said(series[item.datasetIndex].values[item.dataIndex] ?? 0)}` } },
        },
      },
    }));
  }

  function all() {
    for (const figure of document.querySelectorAll("figure[data-chart]")) {
      draw(figure);
      const numbers = figure.querySelector(".numbers");
      if (numbers && !figure.dataset.drawn) numbers.open = false;
      figure.dataset.drawn = "yes";
    }
  }

  all();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
