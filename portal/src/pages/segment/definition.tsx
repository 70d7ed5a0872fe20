import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import type { updateSegment } from '../../../../shared/contract/update-segment.ts'
import type { JsonValue } from '../../../../shared/kernel/json.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { toast } from '../../components/toasts.ts'
import { t } from '../../words/words.ts'
import { Details } from './details.tsx'
import { Editor } from './editor.tsx'
import type { Definition, useDraft } from './use-draft.ts'

const route = getRouteApi('/inside/segments/$key')

interface Props {
  readonly segment: SegmentDocument
  readonly draft: ReturnType<typeof useDraft>
}

export function definitionOf({ name, description, condition }: SegmentDocument): Definition {
  return { name, description, condition: condition as JsonValue }
}

/** What a segment is, to be changed. */
export function DefinitionTab({ segment, draft }: Props) {
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const { view } = route.useSearch()
  const { key } = segment
  const save = useMutation({
    mutationFn: (_: string) =>
      ask<typeof updateSegment>('put', '/api/v1/segments/{key}', {
        params: { key },
        body: { name: draft.name, description: draft.description, condition: draft.condition },
      }),
    onSuccess(saved) {
      queries.setQueryData(['segment', key], saved)
      draft.begin(definitionOf(saved))
      toast(t('segment.saved', { name: saved.name }))
      return queries.invalidateQueries({ queryKey: ['segments'] })
    },
  })
  // What was refused is told until something else is to be saved.
  const failure = save.variables === draft.written ? save.error : null
  return (
    <>
      {draft.isOvertaken ? (
        <div
          role="status"
          className="mb-4 flex flex-wrap items-center justify-between gap-3 rounded-lg bg-warn-tint px-4 py-3 text-sm"
        >
          {t('segment.overtaken')}
          <Button onClick={() => draft.begin(definitionOf(segment))}>{t('segment.takeTheirs')}</Button>
        </div>
      ) : null}
      <Editor
        draft={draft}
        details={<Details draft={draft} failure={failure} />}
        view={view}
        show={(next) =>
          void navigate({
            search: ({ view: _, ...rest }) => ({ ...rest, ...(next ? { view: next } : {}) }),
            replace: true,
          })
        }
        save={() => save.mutate(draft.written)}
        isSaving={save.isPending}
        failure={failure}
        actions={
          draft.isChanged ? (
            <Button look="quiet" onClick={() => draft.begin(definitionOf(segment))}>
              {t('segment.discard')}
            </Button>
          ) : null
        }
      />
    </>
  )
}
