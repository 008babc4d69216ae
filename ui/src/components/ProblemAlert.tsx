import { Alert, Button, List } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { asProblem } from '@/api/problem';
import { common } from '@/texts/common';

interface Props {
  /** What went wrong; nothing is shown for nothing. */
  problem: unknown;
  retry?: () => void;
  /** Shown beside their fields already. */
  shownFields?: string[];
  mb?: string;
  mt?: string;
  /** What people call a field. */
  nameOf?: ((field: string) => string) | undefined;
}

/** What went wrong, in place and lasting: the API's own words. */
export function ProblemAlert({ problem, retry, shownFields = [], mb, mt, nameOf = (field) => field }: Props) {
  if (!problem) return null;
  const { title, detail, errors, status } = asProblem(problem);
  const others = (errors ?? []).filter(({ field }) => !shownFields.includes(field));
  return (
    <Alert role="alert" color="red" variant="light" icon={<CircleAlert size={18} />} title={title} mb={mb ?? 0} mt={mt ?? 0}>
      {/* Not the title once more. */}
      {detail !== `${title}.` && detail}
      {others.length > 0 && (
        <List size="sm" mt={4}>
          {others.map(({ field, message }) => (
            <List.Item key={field + message}>
              <b>{nameOf(field)}</b> {message}
            </List.Item>
          ))}
        </List>
      )}
      {/* What is not there is not there the next time either. */}
      {retry && status !== 404 && (
        <div style={{ marginTop: 8 }}>
          <Button size="xs" variant="default" onClick={retry}>
            {common.tryAgain}
          </Button>
        </div>
      )}
    </Alert>
  );
}
