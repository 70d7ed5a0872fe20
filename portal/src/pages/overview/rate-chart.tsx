import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useColours } from '../../components/colours.ts'
import { language } from '../../words/words.ts'
import type { Rates } from './rates.ts'

const HEIGHT = 180
const FONT = '12px Inter, ui-sans-serif, system-ui, sans-serif'

/** Two lines over half an hour. What it says in words stands in `label`. */
export function RateChart({ rates, label }: { readonly rates: Rates; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const colours = useColours()
  const newest = useRef(rates)
  newest.current = rates
  useEffect(() => {
    const element = place.current
    if (!element) return
    const axis = { stroke: colours.muted, font: FONT, grid: { stroke: colours.line, width: 1 }, ticks: { show: false } }
    const drawn = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        // The last word of the axis is as wide as that.
        padding: [8, 28, 0, 0],
        scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.15)] } },
        axes: [
          { ...axis, grid: { show: false }, values: (_, splits) => splits.map(clock), space: 90, size: 30 },
          { ...axis, size: 44, space: 40 },
        ],
        series: [
          {},
          { stroke: colours.accent, width: 2, fill: faint(colours.accent), points: { show: false } },
          { stroke: colours.bad, width: 1.5, fill: faint(colours.bad), points: { show: false } },
        ],
      },
      dataOf(newest.current),
      element,
    )
    plot.current = drawn
    const sizes = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }))
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      drawn.destroy()
    }
  }, [colours])
  useEffect(() => plot.current?.setData(dataOf(rates)), [rates])
  return <div ref={place} role="img" aria-label={label} className="w-full overflow-hidden" />
}

function dataOf({ at, all, failed }: Rates): uPlot.AlignedData {
  return [at, all, failed]
}

function clock(seconds: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(seconds * 1_000)
}

function faint(colour: string): string {
  return `color-mix(in srgb, ${colour} 14%, transparent)`
}
