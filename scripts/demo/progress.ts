/**
 * A progress bar: redrawn in place on a terminal, and elsewhere (a log, a pipe) a line every two seconds, so that
 * neither floods nor stays silent.
 */
export interface Progress {
  update(done: number, note?: string): void
  /** Draws the last state and ends the line. */
  end(note?: string): void
}

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const REDRAW_MS = 80
const LINE_EVERY_MS = 2_000
const BAR_WIDTH = 24

/** @param now the clock, in epoch milliseconds */
export function startProgress(
  label: string,
  total: number,
  stream: ProgressStream = process.stdout,
  now: () => number = Date.now,
): Progress {
  const everyMs = stream.isTTY ? REDRAW_MS : LINE_EVERY_MS
  let drawnAt = stream.isTTY ? 0 : now()
  let state = { done: 0, note: '' }

  const draw = (ended: boolean) => {
    drawnAt = now()
    const line = progressLine(label, state.done, total, state.note)
    if (!stream.isTTY) stream.write(`${line}\n`)
    else stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}${ended ? '\n' : ''}`)
  }
  return {
    update(done, note = '') {
      state = { done, note }
      if (now() - drawnAt >= everyMs) draw(false)
    },
    end(note = '') {
      state = { ...state, note }
      draw(true)
    },
  }
}

/** `sending     [██████░░░░]  60 %  600 of 1000  note` */
export function progressLine(label: string, done: number, total: number, note: string): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.floor(share * BAR_WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  return `${label.padEnd(11)} [${bar}] ${percent}  ${done} of ${total}${note === '' ? '' : `  ${note}`}`
}
