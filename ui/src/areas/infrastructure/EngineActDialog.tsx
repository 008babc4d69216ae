import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { engine as texts } from '@/texts/infrastructure';

const PATHS = {
  assign: '/api/v1/engines/{id}/assign',
  enable: '/api/v1/engines/{id}/enable',
  disable: '/api/v1/engines/{id}/disable',
  revoke: '/api/v1/engines/{id}/revoke',
  revokeToken: '/api/v1/engines/{id}/token/revoke',
} as const;

export type EngineAct = keyof typeof PATHS;

const DANGER: EngineAct[] = ['disable', 'revoke', 'revokeToken'];

interface Props {
  act: EngineAct;
  engine: Schemas['EngineBody'];
  onClose: () => void;
}

/** Asks before something is done with an engine; what is for good asks for its name. */
export function EngineActDialog({ act, engine, onClose }: Props) {
  const post = api.useMutation('post', PATHS[act]);
  const { id, name, domain, standing, enabled } = engine;
  const leaves = (act === 'disable' || act === 'revoke') && standing === 'assigned' && enabled;
  const pool = api.useQuery('get', '/api/v1/domains/{id}/pool', { params: { path: { id: domain.id } } }, { enabled: leaves });
  const others = pool.data?.engines.filter((other) => other.id !== id && other.standing === 'assigned' && other.enabled);
  return (
    <ConfirmDialog
      title={`${texts[act]}: ${name}`}
      consequence={
        <>
          {texts[`${act}Consequence`](name, domain.name)}
          {leaves && others?.length === 0 && <b> {texts.lastOne(domain.name)}</b>}
        </>
      }
      act={texts[act]}
      danger={DANGER.includes(act)}
      {...(act === 'revoke' ? { typedName: name } : {})}
      onConfirm={() => post.mutateAsync({ params: { path: { id } }, body: {} })}
      onClose={onClose}
    />
  );
}
