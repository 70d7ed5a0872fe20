import { DAY } from '../../../../shared/kernel/instant.ts'
import { type Field, group, type NamedField } from '../../form/field.ts'
import { t } from '../../words/words.ts'
import { deepPatch } from './deep-patch.ts'
import { identityPath, rowsSaid, typeRows, typesPatch } from './identity-rules.ts'
import type { Workspace } from './settings-queries.ts'
import { WorkspaceForm } from './workspace-form.tsx'

const TEXTS: Field = { kind: 'list', item: { kind: 'text', look: 'line' } }

const form = () =>
  group(
    {
      name: 'types',
      label: t('identity.types'),
      hint: t('identity.typesHint'),
      isRequired: false,
      field: { kind: 'list', item: typeForm(), look: 'rows', isOrdered: false },
    },
    { ...text('uniqueType', t('identity.uniqueType')), hint: t('identity.uniqueTypeHint') },
    { ...number('sharedAfterAnchors', t('identity.sharedAfterAnchors')), hint: t('identity.sharedAfterAnchorsHint') },
    choice('sharedDevice', t('identity.sharedDevice'), [
      ['stay', t('identity.device.stay')],
      ['move', t('identity.device.move')],
    ]),
    { ...text('defaultCountry', t('identity.defaultCountry')), hint: t('identity.defaultCountryHint') },
    number('anonymousDays', t('identity.anonymousDays')),
    number('growthAlarm', t('identity.growthAlarm')),
    { name: 'blockedValues', label: t('identity.blockedValues'), isRequired: false, field: TEXTS },
    {
      name: 'matching',
      label: t('identity.matching'),
      isRequired: true,
      field: group(
        choice('mode', t('identity.matching.mode'), [
          ['off', t('identity.mode.off')],
          ['review', t('identity.mode.review')],
          ['automatic', t('identity.mode.automatic')],
        ]),
        number('reviewAbove', t('identity.reviewAbove')),
        number('mergeAbove', t('identity.mergeAbove')),
      ),
    },
  )

function typeForm(): Field {
  return group(
    { ...text('type', t('identity.type')), isRequired: true },
    number('priority', t('identity.priority')),
    number('limit', t('identity.limit')),
    { ...number('windowMs', t('identity.windowMs')), field: { kind: 'number', per: DAY } },
  )
}

function text(name: string, label: string): NamedField {
  return { name, label, isRequired: false, field: { kind: 'text', look: 'line' } }
}

function number(name: string, label: string): NamedField {
  return { name, label, isRequired: false, field: { kind: 'number' } }
}

function choice(name: string, label: string, options: readonly (readonly [string, string])[]): NamedField {
  const field: Field = { kind: 'choice', options: options.map(([value, label]) => ({ value, label })) }
  return { name, label, isRequired: true, field }
}

/** Which traits are compared is not in the form, and stays as it is. */
function value(workspace: Workspace) {
  const { types: _, matching, ...rest } = workspace.settings.identity
  const { fields: __, ...shown } = matching
  return { ...rest, matching: shown, types: typeRows(workspace) }
}

function change(said: Readonly<Record<string, unknown>>, workspace: Workspace) {
  const { types: before, ...rest } = value(workspace)
  const { types: _, ...after } = said
  const types = typesPatch(before, rowsSaid(said))
  return { identity: { ...deepPatch(rest, after), ...(Object.keys(types).length > 0 ? { types } : {}) } }
}

/** Which identifiers make one person. */
export function IdentityRules() {
  return (
    <WorkspaceForm
      title={t('settings.tab.identity')}
      lead={t('identity.lead')}
      form={form}
      value={value}
      change={change}
      pathOf={identityPath}
      saved={({ exceeding }) =>
        exceeding && exceeding.profiles > 0 ? t('identity.exceeding', { n: exceeding.profiles }) : t('form.saved')
      }
    />
  )
}
