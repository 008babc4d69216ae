import { useNavigate } from '@tanstack/react-router';
import { api, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { template as texts } from '@/texts/templates';
import { fieldName } from './fieldName';

export type Act = keyof typeof texts.acts;

interface Props {
  act: Act;
  template: Schemas['TemplateBody'];
  onClose: () => void;
}

const PATHS = {
  submit: '/api/v1/templates/{id}/submit',
  publish: '/api/v1/templates/{id}/publish',
  unpublish: '/api/v1/templates/{id}/unpublish',
  disable: '/api/v1/templates/{id}/disable',
  enable: '/api/v1/templates/{id}/enable',
} as const;

/** Asks before a template changes its standing. */
export function TemplateDialog({ act, template, onClose }: Props) {
  const navigate = useNavigate();
  const plain = api.useMutation('post', PATHS[act === 'return' ? 'submit' : act]);
  const giveBack = api.useMutation('post', '/api/v1/templates/{id}/return');
  const { label, consequence } = texts.acts[act];
  const confirm = async (reason: string) => {
    const params = { path: { id: template.id } };
    if (act === 'return') await giveBack.mutateAsync({ params, body: { reason } });
    else await plain.mutateAsync({ params, body: {} });
    void navigate({ to: '/templates/$id', params: { id: template.id } });
  };
  return (
    <ConfirmDialog
      title={`${act === 'return' ? texts.acts.return.title : label}: ${template.name}`}
      consequence={typeof consequence === 'string' ? consequence : consequence(template.draft ?? 1)}
      act={label}
      danger={act === 'unpublish' || act === 'disable'}
      askReason={act === 'return'}
      nameOf={fieldName}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}
