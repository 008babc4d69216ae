import { Alert, Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { ProblemAlert } from '@/components/ProblemAlert';
import { wizard } from '@/texts/templates';
import type { Content } from './content';

const texts = wizard.meanwhile;

/** What somebody else did to a draft while it was being written here. */
export type Became = 'published' | 'another' | 'awaiting';

/** What became of the draft of `version`, if it is no longer the one that can be written. */
export function whatBecame(
  { draft, awaiting_approval: awaiting }: Pick<Schemas['TemplateBody'], 'draft' | 'awaiting_approval'>,
  version: number,
): Became | undefined {
  if (draft === null || draft === undefined) return 'published';
  if (draft !== version) return 'another';
  return awaiting ? 'awaiting' : undefined;
}

interface Props {
  became: Became;
  template: Schemas['TemplateBody'];
  /** As it is typed here. */
  content: Content;
  /** It is on the server now. */
  onSaved: () => void;
}

/** Says what happened to the draft; what was typed stays, and finds its way into the draft that there is now. */
export function MeanwhileAlert({ became, template, content, onSaved }: Props) {
  const { id, published, draft } = template;
  const begin = api.useMutation('post', '/api/v1/templates/{id}/draft');
  const revise = api.useMutation('post', '/api/v1/templates/{id}/revise');
  const { refetch } = api.useQuery('get', '/api/v1/templates/{id}', { params: { path: { id } } });
  const [problem, setProblem] = useState<unknown>(null);
  // While it is put right the page says what it said, though the template is another one already.
  const [mending, setMending] = useState<Became | null>(null);
  const shown = mending ?? became;
  const put = async (post: typeof begin | typeof revise) => {
    setProblem(null);
    setMending(became);
    try {
      await post.mutateAsync({ params: { path: { id } }, body: content });
      await refetch();
      onSaved();
    } catch (error) {
      setProblem(error);
    } finally {
      setMending(null);
    }
  };
  const said = {
    published: { title: texts.published(published ?? 0), hint: texts.publishedHint },
    another: { title: texts.another(draft ?? 0), hint: texts.anotherHint },
    awaiting: { title: texts.awaiting, hint: texts.awaitingHint },
  }[shown];
  return (
    <Alert color="yellow" variant="light" mb="md" icon={<TriangleAlert size={18} />} title={said.title}>
      {said.hint}
      <ProblemAlert problem={problem} />
      <Group gap="xs" mt="xs">
        {shown === 'published' && (
          <Button size="xs" loading={mending !== null} onClick={() => void put(begin)}>
            {texts.draft}
          </Button>
        )}
        {shown === 'another' && (
          <Button size="xs" variant="default" loading={mending !== null} onClick={() => void put(revise)}>
            {texts.replace(draft ?? 0)}
          </Button>
        )}
        <Button size="xs" variant="default" component={Link} to="/templates/$id" params={{ id } as never} target="_blank">
          {texts.look}
        </Button>
      </Group>
    </Alert>
  );
}
