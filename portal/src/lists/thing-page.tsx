import type { LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { type Tab, Tabs } from '../components/tabs.tsx'
import { t } from '../words/words.ts'
import { BackLink } from './back-link.tsx'
import { EnabledSwitch } from './enabled-switch.tsx'

interface ThingPageProps<T> {
  readonly query: {
    readonly data: T | undefined
    readonly isPending: boolean
    readonly error: unknown
    refetch(): Promise<unknown>
  }
  /** What it is called as long as nobody knows which one it is. */
  readonly one: string
  readonly list: { readonly to: NonNullable<LinkProps['to']>; readonly label: string }
  readonly title: (thing: T) => string
  /** What tells it from others, under the heading. */
  readonly tags: (thing: T) => ReactNode
  readonly actions: (thing: T) => ReactNode
  readonly children: (thing: T) => ReactNode
}

/** The page of one thing out of a list, in each of its states. */
export function ThingPage<T>({ query, one, list, title, tags, actions, children }: ThingPageProps<T>) {
  const back = <BackLink {...list} />
  const thing = query.data
  if (thing === undefined)
    return (
      <Page title={one} lead={back}>
        {query.isPending ? <Loading /> : <Problem fault={query.error} retry={() => void query.refetch()} />}
      </Page>
    )
  return (
    <Page
      title={title(thing)}
      lead={
        <>
          {back}
          <span className="mt-2 flex flex-wrap items-center gap-2.5 text-sm">{tags(thing)}</span>
        </>
      }
      actions={actions(thing)}
    >
      {children(thing)}
    </Page>
  )
}

interface ActionsProps {
  readonly name: string
  readonly isOn: boolean
  /** Of the switch, where it is not about the thing as a whole. */
  readonly label?: string
  readonly save: (isOn: boolean) => Promise<unknown>
  /** Puts off the deletion, and leaves the page. */
  readonly remove: () => void
}

/** What can be done with most things: deleted, turned on and off. */
export function ThingActions({ name, isOn, label, save, remove }: ActionsProps) {
  return (
    <>
      <Button look="danger" onClick={remove}>
        {t('lists.delete')}
      </Button>
      <span className="flex items-center gap-2.5 px-1 text-sm">
        {label ? <span aria-hidden="true">{label}</span> : null}
        <EnabledSwitch name={name} isOn={isOn} save={save} />
      </span>
    </>
  )
}

interface ThingTabsProps {
  readonly tabs: readonly Tab[]
  readonly chosen: string | undefined
  readonly choose: (search: { readonly tab?: string }) => void
}

/** Views of one thing; the first needs no word in the address. */
export function ThingTabs({ tabs, chosen, choose }: ThingTabsProps) {
  return (
    <Tabs
      label={t('lists.views')}
      chosen={chosen}
      choose={(next) => choose(next === undefined ? {} : { tab: next })}
      tabs={tabs}
    />
  )
}
