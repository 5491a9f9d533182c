import { serve } from '../../serve.ts';

// The router as a process of its own, as the command runs it.
await serve();
