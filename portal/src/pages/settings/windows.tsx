import { SECOND } from '../../../../shared/kernel/instant.ts'
import { group } from '../../form/field.ts'
import { t } from '../../words/words.ts'
import { deepPatch } from './deep-patch.ts'
import type { Workspace } from './settings-queries.ts'
import { WorkspaceForm } from './workspace-form.tsx'

const form = () =>
  group(
    {
      name: 'windowMs',
      label: t('windows.windowMs'),
      hint: t('windows.windowMsHint'),
      isRequired: false,
      field: { kind: 'number', per: SECOND },
    },
    {
      name: 'graceMs',
      label: t('windows.graceMs'),
      hint: t('windows.graceMsHint'),
      isRequired: false,
      field: { kind: 'number', per: SECOND },
    },
    {
      name: 'lateEvents',
      label: t('windows.lateEvents'),
      isRequired: true,
      field: {
        kind: 'choice',
        options: (['apply', 'archive_only'] as const).map((one) => ({ value: one, label: t(`windows.late.${one}`) })),
      },
    },
    {
      name: 'profileRatePerMinute',
      label: t('windows.profileRatePerMinute'),
      hint: t('windows.profileRatePerMinuteHint'),
      isRequired: false,
      field: { kind: 'number' },
    },
  )

function value({ settings: { windowMs, graceMs, lateEvents, profileRatePerMinute } }: Workspace) {
  return { windowMs, graceMs, lateEvents, profileRatePerMinute }
}

/** When membership is told, and what counts as late. */
export function Windows() {
  return (
    <WorkspaceForm
      title={t('settings.tab.windows')}
      lead={t('windows.lead')}
      form={form}
      value={value}
      change={(said, workspace) => deepPatch(value(workspace), said)}
    />
  )
}
