import { queryOptions } from '@tanstack/react-query'
import type { deleteTransformation } from '../../../../shared/contract/delete-transformation.ts'
import type { readTransformation } from '../../../../shared/contract/read-transformation.ts'
import type { updateTransformation } from '../../../../shared/contract/update-transformation.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Transformation = ReplyOf<typeof readTransformation>
export type TransformationBody = Given<typeof updateTransformation>['body']

export function transformationQuery(transformationId: string) {
  return queryOptions({
    queryKey: ['transformations', 'one', transformationId],
    queryFn: ({ signal }) =>
      ask<typeof readTransformation>(
        'get',
        '/api/v1/transformations/{transformationId}',
        { params: { transformationId } },
        signal,
      ),
  })
}

export async function changeTransformation(transformationId: string, body: TransformationBody): Promise<void> {
  await ask<typeof updateTransformation>('put', '/api/v1/transformations/{transformationId}', {
    params: { transformationId },
    body,
  })
  await queries.invalidateQueries({ queryKey: ['transformations'] })
}

export function deleteLater({ id, name }: Pick<Transformation, 'id' | 'name'>): void {
  later({
    id,
    text: t('lists.deleted', { name }),
    act: async () => {
      await ask<typeof deleteTransformation>('delete', '/api/v1/transformations/{transformationId}', {
        params: { transformationId: id },
      })
      await queries.invalidateQueries({ queryKey: ['transformations'] })
    },
  })
}
