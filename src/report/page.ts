/**
 * The report of a run as one page: no script, nothing from elsewhere, every text escaped. What a chart shows is also a
 * sentence and a table.
 */

import { formatCount, formatDuration, formatNumber, formatPercent } from '../shared/index.ts'
import { renderChart } from './chart.ts'
import { renderConfusion } from './confusion.ts'
import { Html, html } from './html.ts'
import type { EvaluationRecord, RunRecord } from './run-record.ts'
import { renderConfig, renderLayers, renderMistakes } from './sections.ts'
import { constantRateOf, seriesOf } from './series.ts'
import { STYLE } from './style.ts'

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The page, whole. Its size does not grow with the number of epochs. */
export function renderReport(run: RunRecord): string {
  const { name, history, evaluation, layers, config } = run
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<title>${name}: training report</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><p class="eyebrow">nabla, training report</p><h1>${name}</h1>${state(run)}${facts(run)}</header>
<main>
<section aria-labelledby="curves"><h2 id="curves">Epochs</h2>${curves(run)}</section>
${evaluation && evaluationSections(evaluation)}
<section aria-labelledby="layers"><h2 id="layers">Layers</h2>${
    layers === undefined
      ? html`<p>Not saved yet: the network is written with the model, when the run ends.</p>`
      : renderLayers(layers)
  }</section>
<section aria-labelledby="configuration"><h2 id="configuration">Configuration</h2>${
    config === undefined ? html`<p>None was saved.</p>` : renderConfig(config)
  }</section>
</main>
<footer>Made by nabla from ${formatCount(history.length)} recorded ${history.length === 1 ? 'epoch' : 'epochs'}.</footer>
</body>
</html>
`
  return page.markup
}

/** Why it stopped, or that it has not. */
function state({ summary, history, checkpointStep }: RunRecord): Html {
  if (summary !== undefined) {
    const { reason, message } = summary.stopped
    const word = { diverged: 'Diverged', aborted: 'Interrupted' }[reason as string] ?? 'Finished'
    return html`<p class="state"><strong class="${reason === 'diverged' ? 'bad' : 'good'}">${word}</strong>: ${message}.</p>`
  }
  const saved =
    checkpointStep === undefined ? '' : ` Its last checkpoint is that of step ${formatCount(checkpointStep)}.`
  const epochs = history.length === 1 ? '1 epoch has' : `${formatCount(history.length)} epochs have`
  return html`<p class="state"><strong>Not finished</strong>: the run is still going on, or it was killed; ${epochs} ended.${saved}</p>`
}

function facts({ summary, history, layers, evaluation }: RunRecord): Html {
  const last = history[history.length - 1]
  const seconds = summary?.seconds ?? history.reduce((sum, record) => sum + record.seconds, 0)
  const rate = constantRateOf(history)
  const parameters = layers?.reduce((sum, layer) => sum + (layer.parameters ?? 0), 0)
  const figures: [string, string | undefined][] = [
    [
      `${evaluation?.part} accuracy`,
      evaluation?.accuracy === undefined ? undefined : formatPercent(evaluation.accuracy),
    ],
    [`${evaluation?.part} loss`, evaluation === undefined ? undefined : formatNumber(evaluation.loss)],
    ['validation accuracy', percent(evaluation === undefined ? last?.validationAccuracy : undefined)],
    ['last training loss', last === undefined ? undefined : formatNumber(last.loss)],
    ['epochs', formatCount(history.length)],
    ['best epoch', summary?.best === undefined ? undefined : formatCount(summary.best.epoch)],
    ['model kept', summary && ({ best: 'best epoch', lastGood: 'last good step' }[summary.kept] ?? 'last epoch')],
    ['learning rate', rate === undefined ? undefined : formatNumber(rate)],
    ['time', Number.isFinite(seconds) ? formatDuration(seconds) : undefined],
    ['parameters', parameters === undefined ? undefined : formatCount(parameters)],
    ['backend', summary?.backend.split(',')[0]],
  ]
  const shown = figures.filter(([, value]) => value !== undefined)
  return html`<dl class="facts">${shown.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}

const percent = (value: number | undefined) => (value === undefined ? undefined : formatPercent(value))

function curves({ history, summary }: RunRecord): Html {
  if (history.length === 0) return html`<p>No epoch has ended yet.</p>`
  const bestEpoch = summary?.best?.epoch
  const charts = seriesOf(history).map((series, i) => renderChart(series, { id: `chart-${i + 1}`, bestEpoch }))
  return html`<div class="charts">${charts}</div>`
}

function evaluationSections(evaluation: EvaluationRecord): Html {
  const { part, count, confusion, classNames = [], mistakes, metrics = {} } = evaluation
  const further = Object.entries(metrics).map(([name, value]) => `${name} ${formatNumber(value)}`)
  const on = `on ${formatCount(count)} ${part} samples${further.length > 0 ? `: ${further.join(', ')}` : ''}`
  const none = html`<p>No sample was answered wrong.</p>`
  const matrix =
    confusion === undefined
      ? undefined
      : html`<section aria-labelledby="confusion"><h2 id="confusion">Confusion ${on}</h2>${renderConfusion(confusion, classNames)}</section>`
  const intro =
    confusion === undefined
      ? `The ${formatCount(mistakes.length)} samples whose predictions are furthest off.`
      : `The ${formatCount(mistakes.length)} wrong answers that it was most sure of.`
  return html`${matrix}
<section aria-labelledby="mistakes"><h2 id="mistakes">Mistakes ${confusion === undefined ? on : ''}</h2>${
    mistakes.length === 0 ? none : [html`<p>${intro}</p>`, renderMistakes(evaluation)]
  }</section>`
}
