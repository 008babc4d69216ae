import { ActionIcon, Group, NumberInput, Select } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { common } from '@/texts/common';
import { followed } from '@/texts/followed';
import { DirectoryGroupSelect } from './DirectoryGroupSelect';
import { Previewed } from './Previewed';

type People = Schemas['FollowedPeople'];

/** A group that is to be followed. */
interface Chosen {
  object: string;
  name: string;
  /** The group of Tenure that its members are in. */
  group: string | null;
}

const texts = followed.choose;
/** As the API takes them. */
const MOST = { groups: 50, people: 100_000, perCent: 100 };

interface Props {
  domain: string;
  people: People;
  onClose: () => void;
}

const asChosen = ({ object, name, group }: Schemas['FollowedGroupBody']): Chosen => ({ object, name, group: group?.id ?? null });
const whole = (value: string | number) => (typeof value === 'number' ? value : null);

/** Chooses the groups of a directory whose members are users. */
export function FollowDialog({ domain, people, onClose }: Props) {
  const post = api.useMutation('post', '/api/v1/domains/{id}/people/plan');
  const can = useCan();
  const known = api.useQuery('get', '/api/v1/groups', {}, { enabled: can('group:update') }).data?.items ?? [];
  const [chosen, setChosen] = useState(people.groups.map(asChosen));
  const [atOnce, setAtOnce] = useState<number | null>(people.most_at_once);
  const [perCent, setPerCent] = useState<number | null>(people.most_per_cent);
  const groups = chosen.map(({ object }) => object).join(',');
  const preview = api.useQuery(
    'get',
    '/api/v1/domains/{id}/people/preview',
    { params: { path: { id: domain }, query: { groups } } },
    { placeholderData: keepPreviousData },
  );
  const brings = (object: string) => {
    const group = preview.data?.groups.find((one) => one.object === object);
    if (!group) return common.loading;
    return group.missing ? followed.preview.missing : followed.preview.brings(group.people);
  };
  const give = (object: string, group: string | null) =>
    setChosen((before) => before.map((one) => (one.object === object ? { ...one, group } : one)));
  return (
    <ConfirmDialog
      title={texts.title}
      consequence={texts.consequence}
      act={texts.title}
      ready={atOnce !== null && perCent !== null}
      onConfirm={() =>
        post.mutateAsync({
          params: { path: { id: domain } },
          body: {
            groups: chosen.map(({ object, group }) => ({ object, group })),
            most_at_once: atOnce ?? people.most_at_once,
            most_per_cent: perCent ?? people.most_per_cent,
          },
        })
      }
      onClose={onClose}
    >
      {chosen.map(({ object, name, group }) => (
        <Group key={object} align="end" wrap="nowrap" gap="xs">
          <Select
            style={{ flex: 1 }}
            label={texts.member(name)}
            description={brings(object)}
            placeholder={texts.noGroup}
            clearable
            searchable
            data={known.map(({ id, name: label }) => ({ value: id, label }))}
            value={group}
            onChange={(next) => give(object, next)}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={texts.remove(name)}
            onClick={() => setChosen((before) => before.filter((one) => one.object !== object))}
          >
            <X size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {chosen.length < MOST.groups && (
        <DirectoryGroupSelect
          label={texts.add}
          description={texts.addHint}
          domain={domain}
          without={chosen.map(({ object }) => object)}
          onChoose={(object, name) => setChosen((before) => [...before, { object, name, group: null }])}
        />
      )}
      <Previewed preview={preview.data} problem={preview.error} />
      <NumberInput
        label={texts.atOnce}
        required
        min={1}
        max={MOST.people}
        allowDecimal={false}
        value={atOnce ?? ''}
        onChange={(value) => setAtOnce(whole(value))}
      />
      <NumberInput
        label={texts.perCent}
        description={texts.perCentHint}
        required
        min={1}
        max={MOST.perCent}
        allowDecimal={false}
        value={perCent ?? ''}
        onChange={(value) => setPerCent(whole(value))}
      />
    </ConfirmDialog>
  );
}
