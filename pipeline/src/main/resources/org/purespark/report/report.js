(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('report-data').textContent);
  const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
  const LIGHT = {
    text: '#1b1f24', soft: '#4d5661', line: '#ccd3da', page: '#ffffff',
    series: ['#0068a8', '#b84a00', '#00704f', '#8a3d79'], threshold: '#a8202a',
  };
  const DARK = {
    text: '#e8ecf0', soft: '#a9b4c0', line: '#3a444f', page: '#14181d',
    series: ['#74bdf0', '#f0a04b', '#52c9a0', '#d99bc9'], threshold: '#ff8c86',
  };
  // Viridis: dark to light in even steps, also for the colour-blind and on grey paper.
  const HEAT = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
  const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3]];
  const FONT = window.getComputedStyle(document.body).fontFamily;
  const PRINT_WIDTH = 660;

  const short = (value) => {
    const size = Math.abs(value);
    if (value === 0) { return '0'; }
    return size < 0.001 || size >= 100000 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
  };

  function base(colours) {
    return {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { color: colours.text, fontFamily: FONT },
      color: colours.series,
      // Rich text, not HTML: names from the run directory cannot become markup.
      tooltip: {
        renderMode: 'richText', backgroundColor: colours.page, borderColor: colours.line,
        textStyle: { color: colours.text },
      },
    };
  }

  function axis(colours, more) {
    return Object.assign({
      nameLocation: 'middle',
      nameTextStyle: { color: colours.soft },
      axisLine: { lineStyle: { color: colours.soft } },
      axisTick: { lineStyle: { color: colours.soft } },
      axisLabel: { color: colours.text },
      splitLine: { lineStyle: { color: colours.line } },
    }, more);
  }

  function heads(colours) {
    const known = data.heads;
    const scores = known.cells.map((cell) => cell[2]).filter((score) => score > 0);
    const least = scores.length ? Math.min(...scores) : 1e-12;
    const most = scores.length ? Math.max(...scores) : 1;
    const low = Math.log10(least);
    const high = Math.log10(most) > low ? Math.log10(most) : low + 1;
    const cells = known.cells.map(([layer, head, score, pruned]) =>
      [head, layer, score > 0 ? Math.log10(score) : low, score, pruned]);
    const numbers = (count) => Array.from({ length: count }, (_, i) => String(i));
    return Object.assign(base(colours), {
      grid: { left: 52, right: 12, top: 8, bottom: 86 },
      xAxis: axis(colours, {
        type: 'category', data: numbers(known.heads), name: 'head', nameGap: 26, splitLine: { show: false },
      }),
      yAxis: axis(colours, {
        type: 'category', data: numbers(known.layers), name: 'layer', nameGap: 34, inverse: true,
        splitLine: { show: false },
      }),
      visualMap: {
        type: 'continuous', min: low, max: high, dimension: 2, calculable: false, orient: 'horizontal',
        left: 'center', bottom: 4, itemWidth: 14, itemHeight: 220, inRange: { color: HEAT },
        text: [(10 ** high).toExponential(1), (10 ** low).toExponential(1)], textStyle: { color: colours.text },
      },
      series: [{
        type: 'heatmap', data: cells,
        itemStyle: { borderColor: colours.page, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: colours.text, borderWidth: 2 } },
        label: {
          show: true, fontSize: 15, fontWeight: 'bold', color: '#ffffff', textBorderColor: '#000000', textBorderWidth: 3,
          formatter: ({ value }) => (value[4] ? '✕' : ''),
        },
        tooltip: {
          formatter: ({ value }) => `layer ${value[1]}, head ${value[0]}\nscore ${value[3].toExponential(3)}`
            + (value[4] ? '\npruned' : ''),
        },
      }],
    });
  }

  function prune(colours) {
    const { threshold, steps, kept } = data.prune;
    const levels = steps.map((step) => step[1]).concat(threshold);
    const spread = Math.max(0.01, Math.max(...levels) - Math.min(...levels));
    const farthest = Math.max(1, ...steps.map((step) => step[0]));
    const label = (i) => (i === steps.length - 1
      ? { show: true, formatter: `end: ${kept} pruned`, position: 'top', distance: 10 } : { show: false });
    const points = steps.map(([pruned, accuracy], i) => ({ value: [pruned, accuracy], label: label(i) }));
    const given = steps.findIndex((step) => step[2]);
    const forward = given < 0 ? points : points.slice(0, given);
    // Giving back starts from the last group's point, which belongs to the other line.
    const back = given < 0 ? [] : [{ value: points[given - 1].value, symbol: 'none' }].concat(points.slice(given));
    const line = (name, values, symbol, more) => Object.assign({
      type: 'line', name, data: values, symbol,
      label: { color: colours.text, fontSize: 13, textBorderColor: colours.page, textBorderWidth: 3 },
      tooltip: {
        formatter: ({ value }) => `${name}\n${value[0]} heads pruned\nvalidation ${data.measure} ${value[1].toFixed(4)}`,
      },
    }, more);
    return Object.assign(base(colours), {
      legend: { top: 0, itemGap: 28, itemWidth: 34, textStyle: { color: colours.text } },
      grid: { left: 64, right: 24, top: 40, bottom: 48 },
      xAxis: axis(colours, {
        type: 'value', name: 'heads pruned', nameGap: 28, min: 0, max: farthest, minInterval: 1,
      }),
      yAxis: axis(colours, {
        type: 'value', name: `validation ${data.measure}`, nameGap: 46,
        min: Math.max(0, Math.floor((Math.min(...levels) - spread * 0.15) * 100) / 100),
        max: Math.min(1, Math.ceil((Math.max(...levels) + spread * 0.25) * 100) / 100),
      }),
      series: [
        line('pruned', forward, 'circle', {
          symbolSize: 8,
          lineStyle: { width: 2 },
          markLine: {
            silent: true, symbol: 'none', data: [{ yAxis: threshold }],
            lineStyle: { color: colours.threshold, type: 'dashed', width: 2 },
            label: {
              formatter: `threshold ${threshold.toFixed(3)}`, position: 'insideStartBottom', color: colours.threshold,
              fontSize: 13,
            },
          },
        }),
      ].concat(back.length === 0 ? [] : [
        line('given back', back, 'diamond', { symbolSize: 12, lineStyle: { width: 2, type: 'dashed' } }),
      ]),
    });
  }

  function bars(colours, name, heights, values, valueAxis) {
    return Object.assign(base(colours), {
      grid: { left: 66, right: 12, top: 16, bottom: 44 },
      xAxis: axis(colours, {
        type: 'category', data: values.map((_, i) => String(i)), name: 'layer', nameGap: 26, splitLine: { show: false },
      }),
      yAxis: axis(colours, Object.assign({ type: 'value', name, nameGap: 50, min: 0 }, valueAxis)),
      series: [{
        type: 'bar', data: heights, barMaxWidth: 34, itemStyle: { color: colours.series[0] },
        tooltip: { formatter: ({ dataIndex }) => `layer ${dataIndex}\n${name} ${values[dataIndex].toPrecision(4)}` },
      }],
    });
  }

  // The library's bars on a logarithmic axis start at 1 and hang down: these stand on the power of ten below the least.
  function layerVariance(colours) {
    const values = data.layers.variance;
    const powers = values.map((value) => Math.log10(Math.max(value, 1e-12)));
    const floor = Math.ceil(Math.min(...powers)) - 1;
    return bars(colours, 'mean variance', powers.map((power) => power - floor), values, {
      interval: 1,
      max: Math.ceil(Math.max(...powers)) - floor,
      axisLabel: { color: colours.text, formatter: (height) => (10 ** (height + floor)).toExponential(0) },
    });
  }

  function coefficients(colours) {
    const values = data.layers.coefficients;
    return bars(colours, 'coefficient', values, values, {});
  }

  function training(colours, element) {
    const figure = element.dataset.figure;
    const curves = data.training.filter((curve) => curve[figure].length > 0);
    return Object.assign(base(colours), {
      grid: { left: 58, right: 16, top: 34, bottom: 44 },
      legend: {
        top: 0, itemGap: 28, itemWidth: 34, textStyle: { color: colours.text },
        data: curves.map((curve) => curve.stage),
      },
      xAxis: axis(colours, { type: 'value', name: 'step', nameGap: 26, min: 0, max: 'dataMax', minInterval: 1 }),
      yAxis: axis(colours, {
        type: 'value', scale: figure !== 'gradientNorm',
        axisLabel: { color: colours.text, formatter: (value) => short(value) },
      }),
      tooltip: Object.assign(base(colours).tooltip, {
        trigger: 'axis', valueFormatter: (value) => (value == null ? '–' : short(value)),
      }),
      series: curves.map((curve, i) => ({
        type: 'line', name: curve.stage, data: curve[figure], showSymbol: curve[figure].length === 1, symbol: 'circle',
        lineStyle: { width: 1.5, type: DASHES[i % DASHES.length] },
      })),
    });
  }

  const OPTIONS = {
    heads,
    prune,
    layerVariance,
    coefficients,
    training,
  };

  let drawn = [];

  function draw(colours, width) {
    drawn.forEach((chart) => chart.dispose());
    drawn = Array.from(document.querySelectorAll('[data-chart]'), (element) => {
      const chart = window.echarts.init(element, null, { renderer: 'svg', width });
      chart.setOption(OPTIONS[element.dataset.chart](colours, element));
      return chart;
    });
  }

  const drawOnScreen = () => draw(darkScheme.matches ? DARK : LIGHT);

  document.documentElement.classList.add('js');
  drawOnScreen();
  darkScheme.addEventListener('change', drawOnScreen);
  window.addEventListener('resize', () => drawn.forEach((chart) => chart.resize()));
  // Paper is light, narrow, and nobody can open what is folded on it.
  let folded = [];
  window.addEventListener('beforeprint', () => {
    folded = Array.from(document.querySelectorAll('details:not([open])'));
    folded.forEach((details) => { details.open = true; });
    draw(LIGHT, PRINT_WIDTH);
  });
  window.addEventListener('afterprint', () => {
    folded.forEach((details) => { details.open = false; });
    drawOnScreen();
  });
}());
