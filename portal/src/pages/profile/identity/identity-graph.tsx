import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  getBezierPath,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo, useSyncExternalStore } from 'react'
import type { IdentityDocument } from '../../../../../shared/profile/document.ts'
import { t } from '../../../words/words.ts'
import { graphOf, type IdentifierNode, type LeafNode, type Tie } from './graph-of.ts'

interface Props {
  readonly identity: Omit<IdentityDocument, 'path'>
  /** Id of the tie whose evidence is shown. */
  readonly chosen: string | undefined
  readonly choose: (tie: string | undefined) => void
}

type LeafFlow = Node<LeafNode & Record<string, unknown>, 'leaf'>
type IdentifierFlow = Node<IdentifierNode & Record<string, unknown>, 'identifier'>
type TieFlow = Edge<{ tie: Tie }, 'tie'>

const LEAST_HIGH = 260
const MOST_HIGH = 640
const NODES = { leaf: LeafBox, identifier: IdentifierBox }
const EDGES = { tie: TieLine }

/** Loaded when somebody looks at it. The lists below it say the same to whoever cannot see it. */
export function IdentityGraphView({ identity, chosen, choose }: Props) {
  const isNarrow = useIsNarrow()
  const { nodes, edges, height } = useMemo(() => flowOf(identity, chosen, isNarrow), [identity, chosen, isNarrow])
  return (
    <div className="w-full" style={{ height: Math.min(MOST_HIGH, Math.max(LEAST_HIGH, height + 70)) }}>
      <ReactFlow
        aria-label={t('identity.graph')}
        // Another arrangement is looked at as a whole again.
        key={isNarrow ? 'narrow' : 'wide'}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        minZoom={0.15}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable
        // The page scrolls when one scrolls over it.
        zoomOnScroll={false}
        preventScrolling={false}
        deleteKeyCode={null}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'edge.a11yDescription.default': t('identity.edgeHint'),
          'controls.ariaLabel': t('identity.controls'),
          'controls.zoomIn.ariaLabel': t('identity.zoomIn'),
          'controls.zoomOut.ariaLabel': t('identity.zoomOut'),
          'controls.fitView.ariaLabel': t('identity.fit'),
        }}
        onEdgesChange={(changes) => {
          const picked = changes.find((change) => change.type === 'select' && change.selected)
          if (picked?.type === 'select') choose(picked.id)
        }}
        onPaneClick={() => choose(undefined)}
      >
        <Background gap={20} color="var(--color-line)" />
        <Controls
          showInteractive={false}
          className="overflow-hidden rounded-lg border border-line bg-surface shadow-sm [&>button]:size-8 [&>button]:border-0 [&>button]:bg-surface [&>button]:fill-ink hover:[&>button]:bg-raised"
        />
      </ReactFlow>
    </div>
  )
}

/** Wide enough for two boxes beside each other that can be read. */
const WIDE = '(min-width: 48rem)'

function useIsNarrow(): boolean {
  const watch = (changed: () => void) => {
    const query = matchMedia(WIDE)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }
  return useSyncExternalStore(watch, () => !matchMedia(WIDE).matches)
}

function flowOf(identity: Props['identity'], chosen: string | undefined, isNarrow: boolean) {
  const { leaves, identifiers, ties, height } = graphOf(identity, isNarrow)
  const nodes: (LeafFlow | IdentifierFlow)[] = [
    ...leaves.map((node): LeafFlow => ({ id: node.id, type: 'leaf', position: node.at, data: { ...node } })),
    ...identifiers.map(
      (node): IdentifierFlow => ({ id: node.id, type: 'identifier', position: node.at, data: { ...node } }),
    ),
  ]
  const edges = ties.map((tie): TieFlow => {
    const isLink = tie.what.kind !== 'held'
    return {
      id: tie.id,
      type: 'tie',
      source: tie.from,
      target: tie.to,
      ...HANDLES[tie.what.kind],
      ...(tie.what.kind === 'held' && isNarrow ? { sourceHandle: 'left' } : {}),
      focusable: isLink,
      selectable: isLink,
      selected: tie.id === chosen,
      ariaLabel: isLink ? labelOf(tie) : '',
      data: { tie },
    }
  })
  return { nodes, edges, height }
}

/** Links bow at the right, merges at the left. */
const HANDLES = {
  held: { sourceHandle: 'right', targetHandle: 'left' },
  link: { sourceHandle: 'right', targetHandle: 'right' },
  merge: { sourceHandle: 'left', targetHandle: 'left' },
} as const

function labelOf({ from, to, what }: Tie): string {
  const cause = what.kind === 'link' ? what.link.cause : what.kind === 'merge' ? what.merge.cause : undefined
  return `${from} — ${to}: ${cause ? t(`cause.${cause.kind}`) : ''}`
}

const BOX = 'w-60 rounded-xl border px-3.5 py-2 text-left text-sm shadow-sm'

function Sides() {
  const look = 'pointer-events-none !size-0 !min-h-0 !min-w-0 !border-0 !bg-transparent opacity-0'
  return (
    <>
      <Handle id="left" type="target" position={Position.Left} className={look} />
      <Handle id="left" type="source" position={Position.Left} className={look} />
      <Handle id="right" type="target" position={Position.Right} className={look} />
      <Handle id="right" type="source" position={Position.Right} className={look} />
    </>
  )
}

function LeafBox({ data: { leaf } }: NodeProps<LeafFlow>) {
  return (
    <div className={`${BOX} border-accent bg-tint`}>
      <Sides />
      <p className="truncate font-mono text-xs text-accent" title={leaf.id}>
        {leaf.id}
      </p>
      <p className="mt-0.5 text-xs tabular-nums">{t('identity.leafEvents', { n: leaf.events })}</p>
    </div>
  )
}

function IdentifierBox({ data: { identifier } }: NodeProps<IdentifierFlow>) {
  const { type, value } = identifier
  return (
    <div className={`${BOX} border-line bg-surface`}>
      <Sides />
      <p className="text-xs text-muted">{type}</p>
      <p className="truncate font-medium" title={value}>
        {value}
      </p>
    </div>
  )
}

const DASHES = { held: '2 5', link: undefined, merge: '7 4' } as const

function TieLine({ data, selected, id, ...ends }: EdgeProps<TieFlow>) {
  const kind = data?.tie.what.kind ?? 'held'
  const path = ends.sourcePosition === ends.targetPosition ? around(ends) : getBezierPath(ends)[0]
  const colour = kind === 'held' ? 'var(--color-strong-line)' : 'var(--color-accent)'
  return (
    <BaseEdge
      id={id}
      path={path}
      interactionWidth={kind === 'held' ? 0 : 22}
      style={{
        stroke: selected ? 'var(--color-ink)' : colour,
        strokeWidth: selected ? 3.5 : kind === 'held' ? 1 : 2,
        ...(DASHES[kind] ? { strokeDasharray: DASHES[kind] } : {}),
      }}
    />
  )
}

type Ends = Pick<EdgeProps, 'sourceX' | 'sourceY' | 'targetX' | 'targetY' | 'sourcePosition'>

/** From one side of a box to the same side of another; the farther, the wider. */
function around({ sourceX, sourceY, targetX, targetY, sourcePosition }: Ends): string {
  const wide = 30 + Math.min(90, Math.abs(targetY - sourceY) / 4)
  const bow = sourcePosition === Position.Left ? Math.min(sourceX, targetX) - wide : Math.max(sourceX, targetX) + wide
  return `M ${sourceX},${sourceY} C ${bow},${sourceY} ${bow},${targetY} ${targetX},${targetY}`
}
