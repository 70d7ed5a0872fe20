import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { inputLook } from '../components/field.tsx'
import { useKeys } from '../keys.ts'
import { t } from '../words/words.ts'

/** How long somebody may pause between two letters. */
const PAUSE_MS = 220

/** People by what they are called, from any page: the list follows while one types, and its address says what was typed. */
export function PeopleSearch() {
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const { q } = useSearch({ strict: false })
  const [text, setText] = useState(q ?? '')
  const typed = useRef(false)
  const field = useRef<HTMLInputElement>(null)
  // Live events have a field of their own for it.
  useKeys(pathname === '/live' ? {} : { '/': () => field.current?.focus() })
  // Back and forward change the address, and a link to another list empties it.
  useEffect(() => {
    if (!typed.current) setText(q ?? '')
  }, [q])
  useEffect(() => {
    if (!typed.current) return
    const timer = setTimeout(() => show(text), PAUSE_MS)
    return () => clearTimeout(timer)
  })
  function show(wanted: string) {
    typed.current = false
    const isThere = location.pathname === '/profiles'
    if (wanted.trim() === (q ?? '') && isThere) return
    if (wanted.trim() === '' && !isThere) return
    void navigate({
      to: '/profiles',
      search: (before) => ({ ...(isThere ? before : {}), q: wanted.trim() }),
      replace: isThere,
    })
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    show(text)
  }
  return (
    <search className="w-full max-w-md">
      <form onSubmit={submit}>
        <input
          ref={field}
          type="search"
          aria-label={t('app.search')}
          onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
          placeholder={t('app.searchHint')}
          className={`${inputLook} w-full`}
          value={text}
          onChange={({ target }) => {
            typed.current = true
            setText(target.value)
          }}
        />
      </form>
    </search>
  )
}
