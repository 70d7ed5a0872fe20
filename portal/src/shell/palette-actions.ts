import type { useNavigate } from '@tanstack/react-router'
import type { Scope } from '../../../shared/contract/contract.ts'
import { may, type Session } from '../session.ts'
import { signOut } from '../sign-out.ts'
import { showTheme, THEMES, theme } from '../theme.ts'
import { chooseLanguage, LANGUAGES, type Language, language, t } from '../words/words.ts'

/** What can be done from anywhere. */
export interface PaletteAction {
  readonly id: string
  readonly label: string
  readonly run: () => void
}

interface Offered extends PaletteAction {
  readonly scope?: Scope
}

interface Means {
  readonly session: Session
  readonly navigate: ReturnType<typeof useNavigate>
  readonly showShortcuts: () => void
}

export function paletteActions({ session, navigate, showShortcuts }: Means): readonly PaletteAction[] {
  const offered: readonly Offered[] = [
    {
      id: 'new-segment',
      label: t('segment.new'),
      scope: 'segments:write',
      run: () => void navigate({ to: '/segments/new' }),
    },
    {
      id: 'new-source',
      label: t('palette.newSource'),
      scope: 'sources:write',
      run: () => void navigate({ to: '/sources/new' }),
    },
    {
      id: 'new-destination',
      label: t('palette.newDestination'),
      scope: 'destinations:write',
      run: () => void navigate({ to: '/destinations/new' }),
    },
    ...THEMES.filter((one) => one !== theme()).map((one) => ({
      id: `theme-${one}`,
      label: t('palette.theme', { theme: t(`app.theme.${one}`) }),
      run: () => showTheme(one),
    })),
    ...(Object.keys(LANGUAGES) as Language[])
      .filter((one) => one !== language)
      .map((one) => ({
        id: `language-${one}`,
        label: t('palette.language', { language: LANGUAGES[one] }),
        run: () => chooseLanguage(one),
      })),
    { id: 'shortcuts', label: t('palette.shortcuts'), run: showShortcuts },
    { id: 'docs', label: t('app.apiDocs'), run: () => location.assign('/docs') },
    { id: 'sign-out', label: t('app.signOut'), run: () => void signOut() },
  ]
  return offered.filter(({ scope }) => scope === undefined || may(session, scope))
}
