import { useMutation } from '@tanstack/react-query'
import { Switch } from '../components/switch.tsx'
import { toast } from '../components/toasts.ts'
import { t } from '../words/words.ts'
import { tellFault } from './tell-fault.ts'

interface Props {
  readonly name: string
  readonly isOn: boolean
  readonly disabled?: boolean
  readonly save: (isOn: boolean) => Promise<unknown>
}

/** Turns something on or off at once; what was done can be taken back. */
export function EnabledSwitch({ name, isOn, disabled = false, save }: Props) {
  const change = useMutation({
    mutationFn: save,
    onSuccess: (_, next) =>
      toast(next ? t('lists.turnedOn', { name }) : t('lists.turnedOff', { name }), () => change.mutate(!next)),
    onError: tellFault,
  })
  return (
    <Switch
      label={t('lists.enabledOf', { name })}
      isOn={change.isPending ? change.variables : isOn}
      disabled={disabled || change.isPending}
      change={(next) => change.mutate(next)}
    />
  )
}
