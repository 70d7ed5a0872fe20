import { getRouteApi } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { Value } from '../../components/masked.tsx'
import { Panel } from '../../components/panel.tsx'
import { Empty } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { TraitHistory } from './trait-history.tsx'

const route = getRouteApi('/inside/profiles/$ref')

/** What is known of somebody: each value with who said it and when; the latest stands. */
export function Traits({ person }: { readonly person: ProfileDocument }) {
  const { traits, computedTraits } = person
  const computed = Object.entries(computedTraits)
  if (Object.keys(traits).length === 0 && computed.length === 0) return <Empty title={t('person.noTraits')} />
  return (
    <div className="flex flex-col gap-6">
      <Panel title={t('person.traits')}>
        <Told person={person} />
      </Panel>
      {computed.length > 0 ? (
        <Panel title={t('person.computed')}>
          <dl className="grid gap-y-2 text-sm sm:grid-cols-[minmax(8rem,14rem)_1fr]">
            {computed.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="break-words">
                  <Value text={textOf(value)} />
                </dd>
              </div>
            ))}
          </dl>
        </Panel>
      ) : null}
    </div>
  )
}

const COLUMNS = 3

function Told({ person }: { readonly person: ProfileDocument }) {
  const { traits, traitMeta = {} } = person
  const sourceName = useSourceNames()
  const { trait: open } = route.useSearch()
  const navigate = route.useNavigate()
  const choose = (name: string) =>
    void navigate({
      search: { tab: 'traits', ...(name === open ? {} : { trait: name }) },
      replace: true,
      resetScroll: false,
    })
  const names = Object.keys(traits).sort()
  return (
    <table className="w-full table-fixed text-sm">
      <thead className="sr-only">
        <tr>
          <th>{t('person.trait')}</th>
          <th>{t('person.value')}</th>
          <th>{t('person.said')}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <Fragment key={name}>
            <tr className="border-t border-line first:border-0">
              <th scope="row" className="w-1/3 py-2.5 pr-4 text-left font-normal break-words text-muted sm:w-1/4">
                <button
                  type="button"
                  aria-expanded={name === open}
                  title={t('person.historyOf', { trait: name })}
                  onClick={() => choose(name)}
                  className="text-left underline decoration-dotted underline-offset-4 hover:text-ink"
                >
                  {name}
                </button>
              </th>
              <td className="py-2.5 pr-4 break-words">
                <Value text={textOf(traits[name])} />
              </td>
              <td className="hidden w-1/3 py-2.5 text-right text-muted sm:table-cell">
                {traitMeta[name] ? (
                  <>
                    {sourceName(traitMeta[name].source)} · <Time at={traitMeta[name].at} />
                  </>
                ) : null}
              </td>
            </tr>
            {name === open ? (
              <tr>
                <td colSpan={COLUMNS} className="pb-3">
                  <TraitHistory person={person} trait={name} />
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
