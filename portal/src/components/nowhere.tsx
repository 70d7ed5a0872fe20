import { Link } from '@tanstack/react-router'
import { t } from '../words/words.ts'
import { buttonLook } from './button.tsx'
import { Page } from './page.tsx'

/** For an address that is no page. */
export function Nowhere() {
  return (
    <main>
      <Page title={t('state.missing')} lead={t('state.missingHint')}>
        <Link to="/" className={buttonLook('main')}>
          Tributary
        </Link>
      </Page>
    </main>
  )
}
