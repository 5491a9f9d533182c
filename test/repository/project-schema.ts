import { projectSchema } from 'pulse-deploy-kit/project-schema';
import { FILE_SETTINGS as aws } from '../../packages/pulse-aws/src/config/project-file.ts';
import { FILE_SETTINGS as railway } from '../../packages/pulse-railway/src/config/project-file.ts';

export const SCHEMA_PAGE = 'docs/pulse.schema.json';

/** What stands there. */
export function schemaText(): string {
	return `${JSON.stringify(projectSchema([railway, aws]), null, '\t')}\n`;
}
