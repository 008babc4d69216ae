import { Alert } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert, TriangleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { LoadingRows } from '@/components/LoadingRows';
import { sections, wizard as texts } from '@/texts/templates';
import { ContentView } from './ContentView';
import type { Content } from './content';
import { fieldName, readable, sectionOf } from './fieldName';

interface Props {
  id: string;
  content: Content;
  findings: Schemas['Findings'] | undefined;
}

/** Every problem with its field, and all that the draft says. */
export function ReviewSection({ id, content, findings }: Props) {
  if (!findings) return <LoadingRows rows={8} />;
  const { errors, warnings } = findings;
  return (
    <div style={{ display: 'grid', gap: 16, marginTop: 14 }}>
      {errors.length === 0 ? (
        <Alert color="teal" variant="light" icon={<Check size={18} />} title={texts.ready} />
      ) : (
        <Alert color="red" variant="light" icon={<CircleAlert size={18} />} title={texts.notReady(errors.length)}>
          <Findings id={id} found={errors} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" variant="light" icon={<TriangleAlert size={18} />} title={texts.warnings}>
          <Findings id={id} found={warnings} />
        </Alert>
      )}
      <section aria-label={texts.overview}>
        <ContentView content={content} />
      </section>
    </div>
  );
}

function Findings({ id, found }: { id: string; found: Schemas['FieldError'][] }) {
  return (
    <ul style={{ margin: 0, paddingLeft: 18 }}>
      {found.map(({ field, code, message }) => (
        <li key={`${field} ${code}`}>
          <Link
            className="link"
            to="/templates/$id/edit/$step"
            params={{ id, step: sectionOf(field) }}
            aria-label={`${sections[sectionOf(field)].label}: ${fieldName(field)}`}
          >
            {fieldName(field)}
          </Link>{' '}
          {readable(message)}
        </li>
      ))}
    </ul>
  );
}
