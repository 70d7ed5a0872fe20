import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type DragEvent, type FormEvent, useId, useRef, useState } from 'react'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { Problem } from '../../components/states.tsx'
import { keyFrom } from '../../segment/key-from.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { ImportProgress } from './import-progress.tsx'
import { uploadFile } from './upload-file.ts'

/** A list of people from a file: a segment of its own, or more people, or other people, for one that there is. */
export function Upload({ segment }: { readonly segment?: SegmentDocument }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { job } = useSearch({ strict: false })
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [chosenKey, setKey] = useState<string>()
  const [file, setFile] = useState<File>()
  const [create, setCreate] = useState(false)
  const [replace, setReplace] = useState(false)
  const [sent, setSent] = useState(0)
  const stop = useRef<AbortController>(undefined)
  const key = segment?.key ?? chosenKey ?? keyFrom(name)
  const upload = useMutation({
    mutationFn: (given: File) => {
      stop.current = new AbortController()
      setSent(0)
      return uploadFile(given, { key, name, create, replace }, setSent, stop.current.signal)
    },
    onSuccess({ jobId }) {
      setFile(undefined)
      return navigate({ to: '/segments/$key', params: { key }, search: { job: jobId } })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    if (file) upload.mutate(file)
  }
  if (!may(session, 'segments:write')) return <p className="text-sm text-muted">{t('segment.readOnly')}</p>
  return (
    <div className="grid gap-6 lg:grid-cols-2 lg:items-start">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {segment ? (
          <p className="max-w-prose text-sm text-muted">{t('upload.more')}</p>
        ) : (
          <>
            <Field
              label={t('segment.name')}
              value={name}
              maxLength={200}
              onChange={({ target }) => setName(target.value)}
            />
            <Field
              label={t('segment.key')}
              hint={t('segment.keyHint', { key: key || 'vip_list' })}
              value={key}
              spellCheck={false}
              onChange={({ target }) => setKey(target.value)}
            />
          </>
        )}
        <FileChoice file={file} choose={setFile} />
        <Check label={t('upload.create')} isOn={create} change={setCreate} />
        {segment ? <Check label={t('upload.replace')} isOn={replace} change={setReplace} /> : null}
        {upload.isError ? <Problem fault={upload.error} /> : null}
        {upload.isPending ? (
          <div className="flex items-center gap-3">
            <progress className="h-2 flex-1 accent-accent" max={1} value={sent} aria-label={t('upload.sending')} />
            <span className="w-12 text-right text-sm tabular-nums">{Math.round(sent * 100)} %</span>
            <Button onClick={() => stop.current?.abort()}>{t('common.cancel')}</Button>
          </div>
        ) : (
          <div>
            <Button look="main" type="submit" disabled={!file || key === ''}>
              {t('upload.send')}
            </Button>
          </div>
        )}
      </form>
      {job ? <ImportProgress jobId={job} /> : <Example />}
    </div>
  )
}

function FileChoice({
  file,
  choose,
}: {
  readonly file: File | undefined
  readonly choose: (file: File | undefined) => void
}) {
  const id = useId()
  const [isOver, setOver] = useState(false)
  function dropped(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    choose(event.dataTransfer.files[0])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever has no mouse uses the input inside
    <div
      className={`rounded-xl border border-dashed px-5 py-6 text-sm ${isOver ? 'border-accent bg-tint' : 'border-strong-line'}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <label htmlFor={id} className="mb-2 block font-medium">
        {t('upload.file')}
      </label>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,.ndjson,.jsonl,.json"
        className="block w-full text-sm file:mr-3 file:rounded-lg file:border file:border-solid file:border-line file:bg-surface file:px-3 file:py-1.5 file:text-sm file:font-medium"
        onChange={({ target }) => choose(target.files?.[0])}
      />
      {file ? <p className="mt-2 break-all">{file.name}</p> : <p className="mt-2 text-muted">{t('upload.drop')}</p>}
    </div>
  )
}

interface CheckProps {
  readonly label: string
  readonly isOn: boolean
  readonly change: (isOn: boolean) => void
}

function Check({ label, isOn, change }: CheckProps) {
  return (
    <label className="flex items-start gap-2.5 text-sm">
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ target }) => change(target.checked)}
        className="mt-0.5 size-4 accent-accent"
      />
      {label}
    </label>
  )
}

function Example() {
  return (
    <div className="rounded-xl bg-raised px-5 py-4 text-sm">
      <p className="font-medium">{t('upload.example')}</p>
      <pre className="mt-2 overflow-x-auto font-mono text-xs leading-5">
        {'email\nada@example.com\ngrace@example.com'}
      </pre>
      <p className="mt-3 text-muted">{t('upload.exampleHint')}</p>
    </div>
  )
}
