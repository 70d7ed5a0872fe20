import { Page } from '../components/page.tsx'
export function DeadLettersPage() {
  return <Page title="x">x</Page>
}
