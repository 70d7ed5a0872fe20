import { t } from '../words/words.ts'
import type { LiveState } from './live-socket.ts'

const LIGHTS: Readonly<Record<LiveState['kind'], string>> = {
  connecting: 'bg-warn',
  open: 'bg-good',
  waiting: 'bg-warn',
  refused: 'bg-bad',
}

/** How the connection is; `instead` when something else is to be said of it, such as that one paused. */
export function LiveLight({ state, instead }: { readonly state: LiveState; readonly instead?: string | undefined }) {
  const told = 'why' in state && state.why ? `: ${state.why}` : ''
  return (
    <span className="inline-flex items-center gap-3 text-sm text-muted">
      <span
        className={`size-2 flex-none rounded-full ${instead === undefined ? LIGHTS[state.kind] : 'bg-muted'}`}
        aria-hidden="true"
      />
      <span role="status">
        {instead ?? t(`live.state.${state.kind}`)}
        {told}
      </span>
    </span>
  )
}
