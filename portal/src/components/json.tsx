/** JSON to read: keys apart from values, long texts wrapped. */
export function Json({ value }: { readonly value: unknown }) {
  const parts = JSON.stringify(value, null, 2).split(/("(?:[^"\\]|\\.)*"(?:\s*:)?)/g)
  let at = 0
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-lg bg-raised p-4 font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]"
    >
      {parts.map((part) => {
        at += part.length
        return (
          <span key={at} className={lookOf(part)}>
            {part}
          </span>
        )
      })}
    </pre>
  )
}

function lookOf(part: string): string | undefined {
  if (!part.startsWith('"')) return undefined
  return part.endsWith(':') ? 'text-accent' : 'text-good'
}
