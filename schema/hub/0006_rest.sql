-- Roles whose people get what is in the channel `experimental`, joined by blanks; a
-- person has a flag of their own.
ALTER TABLE tenant ADD COLUMN experimental_roles TEXT NOT NULL DEFAULT '';

-- Answers that were kept go after a day.
CREATE INDEX idempotency_at ON idempotency (tenant, at_ms);
-- Ratings and failures by time; flagged prompts, of which there are few.
CREATE INDEX execution_at ON execution (tenant, executed_ms);
CREATE INDEX prompt_flagged ON prompt (tenant, id) WHERE flags <> '';
