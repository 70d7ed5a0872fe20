import { Tabs as Radix } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'

export interface Tab {
  readonly key: string
  readonly label: string
  readonly content: ReactNode
}

interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  /** As the address says; the first when it says none of them. */
  readonly chosen: string | undefined
  /** Undefined is the first, which an address need not say. */
  readonly choose: (key: string | undefined) => void
}

/** So much of the one before it is seen that one knows it is there. */
const LEFT_OF_IT = 48

/** Views of one thing, of which one is looked at; which one stands in the address. */
export function Tabs({ label, tabs, chosen, choose }: TabsProps) {
  const first = tabs[0]?.key ?? ''
  const value = tabs.find(({ key }) => key === chosen)?.key ?? first
  const list = useRef<HTMLDivElement>(null)
  // On a narrow screen a link may lead to one that is out of sight; the page itself stays where it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is chosen
  useEffect(() => {
    const active = list.current?.querySelector<HTMLElement>('[data-state=active]')
    if (active && list.current) list.current.scrollLeft = active.offsetLeft - list.current.offsetLeft - LEFT_OF_IT
  }, [value])
  return (
    <Radix.Root value={value} onValueChange={(next) => choose(next === first ? undefined : next)}>
      <Radix.List ref={list} className="mb-6 flex gap-1 overflow-x-auto border-b border-line" aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.key}
            value={tab.key}
            className="-mb-px border-b-2 border-transparent px-3 py-2.5 text-sm whitespace-nowrap text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ key, content }) => (
        <Radix.Content key={key} value={key}>
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
