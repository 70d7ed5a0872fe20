import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useSyncExternalStore } from 'react'
import { Button } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { may, sessionQuery } from '../session.ts'
import { signOut } from '../sign-out.ts'
import { showTheme, THEMES, type Theme, theme, watchTheme } from '../theme.ts'
import { chooseLanguage, LANGUAGES, type Language, language, t } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { PAGES } from './pages.ts'

export function Navigation() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  return (
    <>
      <nav aria-label={t('app.main')} className="flex flex-col gap-0.5 px-3 pt-4 lg:pt-0">
        {PAGES.filter(({ scope }) => may(session, scope)).map(({ to, label, icon }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === '/' }}
            className="flex items-center gap-3 rounded-lg px-2.5 py-2 text-sm text-muted transition-colors hover:bg-raised hover:text-ink aria-[current=page]:bg-tint aria-[current=page]:font-medium aria-[current=page]:text-accent"
          >
            <Icon path={icon} />
            {t(label)}
          </Link>
        ))}
      </nav>
      <div className="mt-auto flex flex-col gap-3 border-t border-line px-5 py-5 text-sm">
        <div className="min-w-0">
          <p className="truncate font-medium">{session.workspaceName}</p>
          <p className="truncate text-muted">{session.token.name}</p>
        </div>
        <Preferences />
        <div className="flex items-center justify-between">
          <a href="/docs" className="text-muted underline-offset-4 hover:text-ink hover:underline">
            {t('app.apiDocs')}
          </a>
          <Button look="quiet" className="-mr-3" onClick={() => void signOut()}>
            {t('app.signOut')}
          </Button>
        </div>
      </div>
    </>
  )
}

function Preferences() {
  const chosen = useSyncExternalStore(watchTheme, theme)
  return (
    <div className="grid grid-cols-2 gap-2">
      <Select
        label={t('app.theme')}
        value={chosen}
        onChange={({ target }) => showTheme(target.value as Theme)}
        options={THEMES.map((value) => ({ value, label: t(`app.theme.${value}`) }))}
        className="w-full min-w-0 px-2"
      />
      <Select
        label={t('app.language')}
        value={language}
        onChange={({ target }) => chooseLanguage(target.value as Language)}
        options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        className="w-full min-w-0 px-2"
      />
    </div>
  )
}
