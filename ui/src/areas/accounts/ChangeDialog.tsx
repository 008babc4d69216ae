import { useNavigate } from '@tanstack/react-router';
import { http, type Schemas } from '@/api/client';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { account as texts } from '@/texts/account';

/** Begins a request for other groups and attributes: a draft, and the wizard to write it in. */
export function ChangeDialog({ account, onClose }: { account: Schemas['AccountBody']; onClose: () => void }) {
  const navigate = useNavigate();
  const begin = async () => {
    const body = {
      kind: { type: 'change' as const, account: account.id },
      template: account.template.id,
      name: account.name,
    };
    const { data, error } = await http.POST('/api/v1/requests', { body });
    if (!data) throw error;
    void navigate({ to: '/requests/$id/edit/$step', params: { id: data.id, step: 'account' } });
  };
  const { change } = texts;
  return (
    <ConfirmDialog
      title={change.label}
      consequence={change.consequence(account.name)}
      act={change.act}
      onConfirm={begin}
      onClose={onClose}
    />
  );
}
