import { useNavigate } from '@tanstack/react-router';
import { api } from '@/api/client';
import { PageHead } from '@/components/PageHead';
import { role as texts, roles } from '@/texts/people';
import { RoleForm } from './RoleForm';

const EMPTY = { name: '', permissions: [] };

export default function NewRolePage() {
  const navigate = useNavigate();
  const create = api.useMutation('post', '/api/v1/roles');
  return (
    <>
      <PageHead title={roles.newTitle} parent={{ label: roles.title, to: '/roles' }} />
      <div className="card">
        <RoleForm
          content={EMPTY}
          act={texts.create}
          save={async (body) => {
            const { id } = await create.mutateAsync({ body });
            void navigate({ to: '/roles/$id', params: { id } });
          }}
        />
      </div>
    </>
  );
}
