import { type Check, failed, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { OperationTrouble } from '../platform/schema/report.ts';
import type { DoctorFacts } from './facts.ts';

/** So many are shown; the first says what kind of change it is. */
const SHOWN = 3;
const UPDATE =
	'Is there a newer pulse-railway? npm install --save-dev pulse-railway@latest. If not, open an issue with the file of --report.';

/** Whether Railway's API takes what is sent to it, by its own schema. */
export function judgeSchema({ schema, token }: DoctorFacts): Check {
	if ('failure' in token) return skipped('api-schema', 'Railway cannot be asked');
	if ('failure' in schema) return skipped('api-schema', `the API does not tell its schema: ${schema.failure.text}`);
	const { operations, trouble, facts } = schema.value;
	const refused = trouble.filter(({ kind }) => kind === 'refused');
	const deprecated = trouble.filter(({ kind }) => kind === 'deprecated');
	// Names of operations are this tool's own; what the server says of them is not for a report.
	const measured = { operations, refused: namesOf(refused), deprecated: namesOf(deprecated), ...facts };
	if (refused.length > 0) return failed('api-schema', `Railway would refuse ${shown(refused)}`, UPDATE, measured);
	if (deprecated.length > 0)
		return warned('api-schema', `Railway is going to remove ${shown(deprecated)}`, UPDATE, measured);
	return passed('api-schema', `Railway takes all ${operations} operations that are sent to it`, measured);
}

const namesOf = (trouble: readonly OperationTrouble[]) => [...new Set(trouble.map((one) => one.operation))].join(' ');

function shown(trouble: readonly OperationTrouble[]): string {
	const texts = trouble.slice(0, SHOWN).map(({ operation, why }) => `${operation} (${why.slice(0, 200)})`);
	return `${texts.join(', ')}${trouble.length > SHOWN ? `, and ${trouble.length - SHOWN} more` : ''}`;
}
