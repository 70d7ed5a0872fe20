import { group, type NamedField } from '../../form/field.ts'
import { t } from '../../words/words.ts'
import { deepPatch } from './deep-patch.ts'
import type { Workspace } from './settings-queries.ts'
import { WorkspaceForm } from './workspace-form.tsx'

const form = () =>
  group(
    {
      name: 'privacy',
      label: t('privacy.masking'),
      isRequired: true,
      field: group(
        {
          name: 'analystsMayUnmask',
          label: t('privacy.analystsMayUnmask'),
          hint: t('privacy.analystsMayUnmaskHint'),
          isRequired: false,
          field: { kind: 'switch' },
        },
        {
          name: 'personalNames',
          label: t('privacy.personalNames'),
          hint: t('privacy.personalNamesHint'),
          isRequired: false,
          field: { kind: 'list', item: { kind: 'text', look: 'line' } },
        },
      ),
    },
    {
      name: 'retention',
      label: t('privacy.retention'),
      isRequired: true,
      field: group(
        days('timelineDays', t('privacy.timelineDays')),
        { ...days('bronzeDays', t('privacy.bronzeDays')), hint: t('privacy.bronzeDaysHint') },
        days('silverDays', t('privacy.silverDays')),
      ),
    },
  )

function days(name: string, label: string): NamedField {
  return { name, label, isRequired: false, field: { kind: 'number' } }
}

function value({ settings: { privacy, retention } }: Workspace) {
  return { privacy, retention }
}

/** What is personal, who may look at it, and how long it is kept. */
export function Privacy() {
  return (
    <WorkspaceForm
      title={t('settings.tab.privacy')}
      lead={t('privacy.lead')}
      form={form}
      value={value}
      change={(said, workspace) => deepPatch(value(workspace), said)}
    />
  )
}
