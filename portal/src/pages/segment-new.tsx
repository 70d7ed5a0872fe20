import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { createSegment } from '../../../shared/contract/create-segment.ts'
import { isObject, type JsonValue, jsonOf } from '../../../shared/kernel/json.ts'
import { ApiError, ask } from '../api.ts'
import { Button } from '../components/button.tsx'
import { CopyButton } from '../components/copy.tsx'
import { Field } from '../components/field.tsx'
import { Page } from '../components/page.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { toast } from '../components/toasts.ts'
import { blankOf } from '../segment/blank.ts'
import { keyFrom } from '../segment/key-from.ts'
import { sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { Details, problemAt } from './segment/details.tsx'
import { Editor } from './segment/editor.tsx'
import { Upload } from './segment/upload.tsx'
import { type Definition, draftPlace, useDraft } from './segment/use-draft.ts'
import { segmentQuery } from './segments/segment-queries.ts'

const route = getRouteApi('/inside/segments/new')

/** A segment by a condition, from scratch or like another one, or by a list of people in a file. */
export function NewSegmentPage() {
  const { by, from, condition } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Page title={t('segment.new')} lead={t('segment.newLead')}>
      <Tabs
        label={t('segment.newBy')}
        chosen={by}
        choose={(next) => void navigate({ search: next ? { by: next } : {}, replace: true })}
        tabs={[
          {
            key: 'condition',
            label: t('segment.byCondition'),
            content: from ? (
              <LikeAnother from={from} />
            ) : (
              <NewCondition key={condition ?? ''} begin={begunWith(condition)} />
            ),
          },
          { key: 'file', label: t('segment.byFile'), content: <Upload /> },
        ]}
      />
    </Page>
  )
}

const BLANK: Definition = { name: '', description: '', condition: blankOf('trait') }

/** A link may bring a condition along; what is none of the language is filled in by whoever follows it. */
function begunWith(condition: string | undefined): Definition {
  const json = condition === undefined ? undefined : jsonOf(condition)
  return isObject(json) ? { ...BLANK, condition: json } : BLANK
}

function LikeAnother({ from }: { readonly from: string }) {
  const other = useQuery(segmentQuery(from))
  if (other.isPending) return <Loading />
  if (other.isError) return <Problem fault={other.error} retry={() => void other.refetch()} />
  const { name, description, condition } = other.data
  const begin = { name: t('segment.copyOf', { name }), description, condition: condition as JsonValue }
  return <NewCondition key={from} begin={begin} from={from} />
}

function NewCondition({ begin, from }: { readonly begin: Definition; readonly from?: string }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const search = route.useSearch()
  const draft = useDraft(draftPlace(session.workspace, placeOf(from, search.condition)), begin)
  const [chosenKey, setKey] = useState<string>()
  const key = chosenKey ?? keyFrom(draft.name)
  const create = useMutation({
    mutationFn: (_: string) =>
      ask<typeof createSegment>('post', '/api/v1/segments', {
        body: { key, name: draft.name, description: draft.description, condition: draft.condition },
      }),
    async onSuccess(saved) {
      draft.done()
      queries.setQueryData(['segment', saved.key], saved)
      toast(t('segment.made', { name: saved.name }))
      await queries.invalidateQueries({ queryKey: ['segments'] })
      await navigate({ to: '/segments/$key', params: { key: saved.key } })
    },
  })
  const now = `${key} ${draft.written}`
  // What was refused is told until something else is to be saved.
  const failure = create.variables === now ? create.error : null
  const isTaken = failure instanceof ApiError && failure.status === 409
  return (
    <Editor
      draft={draft}
      details={
        <Details draft={draft} failure={failure}>
          <Field
            label={t('segment.key')}
            hint={t('segment.keyHint', { key: key || 'pro_plan' })}
            value={key}
            spellCheck={false}
            onChange={({ target }) => setKey(target.value)}
            problem={isTaken ? failure.message : problemAt(failure, 'key')}
          />
        </Details>
      }
      view={search.view}
      show={(view) => void navigate({ to: '/segments/new', search: { ...search, view: view ?? '' }, replace: true })}
      save={() => create.mutate(now)}
      isSaving={create.isPending}
      failure={failure}
      actions={
        <>
          <CopyButton label={t('segment.copyLink')} text={linkTo(draft.condition)} />
          {draft.isChanged ? (
            <Button look="quiet" onClick={() => draft.begin(begin)}>
              {t('segment.discard')}
            </Button>
          ) : null}
        </>
      }
    />
  )
}

function placeOf(from: string | undefined, condition: string | undefined): string {
  return from ? `new:${from}` : `new${condition ?? ''}`
}

/** Leads whoever follows it to the same condition, to be saved by them. */
function linkTo(condition: JsonValue): string {
  return `${location.origin}/segments/new?${new URLSearchParams({ condition: JSON.stringify(condition) })}`
}
