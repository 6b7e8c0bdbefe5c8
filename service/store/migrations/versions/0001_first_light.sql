-- Tables of the records and of the sync's ledger.

CREATE TABLE user_ (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    username TEXT,
    email TEXT,
    time_zone TEXT,
    active BOOLEAN DEFAULT false NOT NULL,
    manager_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT user__pkey PRIMARY KEY (org_id, id),
    CONSTRAINT user__manager_id_fkey FOREIGN KEY(org_id, manager_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX user__manager_id_idx ON user_ (org_id, manager_id);

CREATE TABLE account (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    industry TEXT,
    lifecycle_phase TEXT,
    tags TEXT,
    renewal_date DATE,
    csm_pulse NUMERIC(22, 4),
    mrr NUMERIC(22, 4),
    health_score NUMERIC(22, 4),
    usage_score NUMERIC(22, 4),
    interaction_score NUMERIC(22, 4),
    contract_score NUMERIC(22, 4),
    objective_count NUMERIC(22, 4),
    average_objective_health NUMERIC(22, 4),
    average_objective_completion NUMERIC(22, 4),
    owner_id UUID,
    parent_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT account_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT account_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT account_parent_id_fkey FOREIGN KEY(org_id, parent_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX account_owner_id_idx ON account (org_id, owner_id);

CREATE INDEX account_parent_id_idx ON account (org_id, parent_id);

CREATE TABLE contact (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    last_name TEXT,
    first_name TEXT,
    email TEXT,
    tags TEXT,
    account_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT contact_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT contact_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT contact_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX contact_account_id_idx ON contact (org_id, account_id);

CREATE INDEX contact_owner_id_idx ON contact (org_id, owner_id);

CREATE TABLE cs_resource (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    email TEXT,
    role TEXT,
    active BOOLEAN DEFAULT false NOT NULL,
    user_id UUID,
    contact_id UUID,
    psa_resource_id UUID,
    line_manager_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT cs_resource_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT cs_resource_user_id_fkey FOREIGN KEY(org_id, user_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_resource_contact_id_fkey FOREIGN KEY(org_id, contact_id) REFERENCES contact (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_resource_psa_resource_id_fkey FOREIGN KEY(org_id, psa_resource_id) REFERENCES contact (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_resource_line_manager_id_fkey FOREIGN KEY(org_id, line_manager_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_resource_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX cs_resource_contact_id_idx ON cs_resource (org_id, contact_id);

CREATE INDEX cs_resource_line_manager_id_idx ON cs_resource (org_id, line_manager_id);

CREATE INDEX cs_resource_owner_id_idx ON cs_resource (org_id, owner_id);

CREATE INDEX cs_resource_psa_resource_id_idx ON cs_resource (org_id, psa_resource_id);

CREATE INDEX cs_resource_user_id_idx ON cs_resource (org_id, user_id);

CREATE TABLE success_plan (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    status TEXT,
    summary TEXT,
    start_date DATE,
    end_date DATE,
    next_business_review DATE,
    health NUMERIC(22, 4),
    template_version NUMERIC(22, 4),
    progress NUMERIC(22, 4),
    template BOOLEAN DEFAULT false NOT NULL,
    account_id UUID,
    resource_id UUID,
    source_template_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT success_plan_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT success_plan_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT success_plan_resource_id_fkey FOREIGN KEY(org_id, resource_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT success_plan_source_template_id_fkey FOREIGN KEY(org_id, source_template_id) REFERENCES success_plan (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT success_plan_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX success_plan_account_id_idx ON success_plan (org_id, account_id);

CREATE INDEX success_plan_owner_id_idx ON success_plan (org_id, owner_id);

CREATE INDEX success_plan_resource_id_idx ON success_plan (org_id, resource_id);

CREATE INDEX success_plan_source_template_id_idx ON success_plan (org_id, source_template_id);

CREATE TABLE objective (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    title TEXT,
    description TEXT,
    type TEXT,
    status TEXT,
    priority TEXT,
    risk_level TEXT,
    completion_type TEXT,
    source_attribute TEXT,
    direction TEXT,
    unit TEXT,
    tags TEXT,
    progress_basis TEXT,
    start_date DATE,
    end_date DATE,
    completed_on DATE,
    health NUMERIC(22, 4),
    baseline_value NUMERIC(22, 4),
    current_value NUMERIC(22, 4),
    target_value NUMERIC(22, 4),
    template_version NUMERIC(22, 4),
    progress NUMERIC(22, 4),
    archived BOOLEAN DEFAULT false NOT NULL,
    template BOOLEAN DEFAULT false NOT NULL,
    blocked BOOLEAN DEFAULT false NOT NULL,
    portal_shared BOOLEAN DEFAULT false NOT NULL,
    account_id UUID,
    success_plan_id UUID,
    resource_id UUID,
    source_template_id UUID,
    assigned_contact_id UUID,
    assigned_user_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT objective_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT objective_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_success_plan_id_fkey FOREIGN KEY(org_id, success_plan_id) REFERENCES success_plan (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_resource_id_fkey FOREIGN KEY(org_id, resource_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_source_template_id_fkey FOREIGN KEY(org_id, source_template_id) REFERENCES objective (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_assigned_contact_id_fkey FOREIGN KEY(org_id, assigned_contact_id) REFERENCES contact (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_assigned_user_id_fkey FOREIGN KEY(org_id, assigned_user_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX objective_account_id_idx ON objective (org_id, account_id);

CREATE INDEX objective_assigned_contact_id_idx ON objective (org_id, assigned_contact_id);

CREATE INDEX objective_assigned_user_id_idx ON objective (org_id, assigned_user_id);

CREATE INDEX objective_owner_id_idx ON objective (org_id, owner_id);

CREATE INDEX objective_resource_id_idx ON objective (org_id, resource_id);

CREATE INDEX objective_source_template_id_idx ON objective (org_id, source_template_id);

CREATE INDEX objective_success_plan_id_idx ON objective (org_id, success_plan_id);

CREATE TABLE objective_kpi (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    category TEXT,
    description TEXT,
    unit TEXT,
    direction TEXT,
    source_attribute TEXT,
    target_date DATE,
    last_progress_update TIMESTAMP WITH TIME ZONE,
    baseline_value NUMERIC(22, 4),
    current_value NUMERIC(22, 4),
    target_value NUMERIC(22, 4),
    blocked BOOLEAN DEFAULT false NOT NULL,
    external BOOLEAN DEFAULT false NOT NULL,
    customer_success_metric BOOLEAN DEFAULT false NOT NULL,
    objective_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT objective_kpi_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT objective_kpi_objective_id_fkey FOREIGN KEY(org_id, objective_id) REFERENCES objective (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT objective_kpi_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX objective_kpi_objective_id_idx ON objective_kpi (org_id, objective_id);

CREATE INDEX objective_kpi_owner_id_idx ON objective_kpi (org_id, owner_id);

CREATE TABLE playbook (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    level TEXT,
    kind TEXT,
    stage TEXT,
    playbook_status TEXT,
    description TEXT,
    exit TEXT,
    start_date DATE,
    end_date DATE,
    activated_on TIMESTAMP WITH TIME ZONE,
    completed_on TIMESTAMP WITH TIME ZONE,
    estimated_hours NUMERIC(22, 4),
    template_version NUMERIC(22, 4),
    progress NUMERIC(22, 4),
    active BOOLEAN DEFAULT false NOT NULL,
    template BOOLEAN DEFAULT false NOT NULL,
    account_id UUID,
    success_plan_id UUID,
    objective_id UUID,
    resource_id UUID,
    source_template_id UUID,
    contact_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT playbook_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT playbook_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_success_plan_id_fkey FOREIGN KEY(org_id, success_plan_id) REFERENCES success_plan (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_objective_id_fkey FOREIGN KEY(org_id, objective_id) REFERENCES objective (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_resource_id_fkey FOREIGN KEY(org_id, resource_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_source_template_id_fkey FOREIGN KEY(org_id, source_template_id) REFERENCES playbook (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_contact_id_fkey FOREIGN KEY(org_id, contact_id) REFERENCES contact (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX playbook_account_id_idx ON playbook (org_id, account_id);

CREATE INDEX playbook_contact_id_idx ON playbook (org_id, contact_id);

CREATE INDEX playbook_objective_id_idx ON playbook (org_id, objective_id);

CREATE INDEX playbook_owner_id_idx ON playbook (org_id, owner_id);

CREATE INDEX playbook_resource_id_idx ON playbook (org_id, resource_id);

CREATE INDEX playbook_source_template_id_idx ON playbook (org_id, source_template_id);

CREATE INDEX playbook_success_plan_id_idx ON playbook (org_id, success_plan_id);

CREATE TABLE playbook_task (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    type TEXT,
    status TEXT,
    description TEXT,
    start_date DATE,
    end_date DATE,
    completed_on TIMESTAMP WITH TIME ZONE,
    percent_complete NUMERIC(22, 4),
    estimated_hours NUMERIC(22, 4),
    sequence NUMERIC(22, 4),
    template BOOLEAN DEFAULT false NOT NULL,
    account_id UUID,
    success_plan_id UUID,
    objective_id UUID,
    playbook_id UUID,
    source_template_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT playbook_task_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT playbook_task_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_success_plan_id_fkey FOREIGN KEY(org_id, success_plan_id) REFERENCES success_plan (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_objective_id_fkey FOREIGN KEY(org_id, objective_id) REFERENCES objective (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_playbook_id_fkey FOREIGN KEY(org_id, playbook_id) REFERENCES playbook (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_source_template_id_fkey FOREIGN KEY(org_id, source_template_id) REFERENCES playbook_task (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX playbook_task_account_id_idx ON playbook_task (org_id, account_id);

CREATE INDEX playbook_task_objective_id_idx ON playbook_task (org_id, objective_id);

CREATE INDEX playbook_task_owner_id_idx ON playbook_task (org_id, owner_id);

CREATE INDEX playbook_task_playbook_id_idx ON playbook_task (org_id, playbook_id);

CREATE INDEX playbook_task_source_template_id_idx ON playbook_task (org_id, source_template_id);

CREATE INDEX playbook_task_success_plan_id_idx ON playbook_task (org_id, success_plan_id);

CREATE TABLE playbook_task_dependency (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    lag_days NUMERIC(22, 4),
    playbook_task_id UUID,
    predecessor_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT playbook_task_dependency_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT playbook_task_dependency_playbook_task_id_fkey FOREIGN KEY(org_id, playbook_task_id) REFERENCES playbook_task (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_dependency_predecessor_id_fkey FOREIGN KEY(org_id, predecessor_id) REFERENCES playbook_task (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX playbook_task_dependency_playbook_task_id_idx ON playbook_task_dependency (org_id, playbook_task_id);

CREATE INDEX playbook_task_dependency_predecessor_id_idx ON playbook_task_dependency (org_id, predecessor_id);

CREATE TABLE playbook_task_assignment (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    role TEXT,
    playbook_task_id UUID,
    resource_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT playbook_task_assignment_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT playbook_task_assignment_playbook_task_id_fkey FOREIGN KEY(org_id, playbook_task_id) REFERENCES playbook_task (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT playbook_task_assignment_resource_id_fkey FOREIGN KEY(org_id, resource_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX playbook_task_assignment_playbook_task_id_idx ON playbook_task_assignment (org_id, playbook_task_id);

CREATE INDEX playbook_task_assignment_resource_id_idx ON playbook_task_assignment (org_id, resource_id);

CREATE TABLE cs_activity (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    type TEXT,
    direction TEXT,
    notes TEXT,
    tags TEXT,
    source TEXT,
    occurred_at TIMESTAMP WITH TIME ZONE,
    account_id UUID,
    success_plan_id UUID,
    objective_id UUID,
    playbook_id UUID,
    contact_id UUID,
    resource_id UUID,
    owner_id UUID,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT cs_activity_pkey PRIMARY KEY (org_id, id),
    CONSTRAINT cs_activity_account_id_fkey FOREIGN KEY(org_id, account_id) REFERENCES account (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_success_plan_id_fkey FOREIGN KEY(org_id, success_plan_id) REFERENCES success_plan (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_objective_id_fkey FOREIGN KEY(org_id, objective_id) REFERENCES objective (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_playbook_id_fkey FOREIGN KEY(org_id, playbook_id) REFERENCES playbook (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_contact_id_fkey FOREIGN KEY(org_id, contact_id) REFERENCES contact (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_resource_id_fkey FOREIGN KEY(org_id, resource_id) REFERENCES cs_resource (org_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cs_activity_owner_id_fkey FOREIGN KEY(org_id, owner_id) REFERENCES user_ (org_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX cs_activity_account_id_idx ON cs_activity (org_id, account_id);

CREATE INDEX cs_activity_contact_id_idx ON cs_activity (org_id, contact_id);

CREATE INDEX cs_activity_objective_id_idx ON cs_activity (org_id, objective_id);

CREATE INDEX cs_activity_owner_id_idx ON cs_activity (org_id, owner_id);

CREATE INDEX cs_activity_playbook_id_idx ON cs_activity (org_id, playbook_id);

CREATE INDEX cs_activity_resource_id_idx ON cs_activity (org_id, resource_id);

CREATE INDEX cs_activity_success_plan_id_idx ON cs_activity (org_id, success_plan_id);

CREATE TABLE orgs (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    instance_url TEXT NOT NULL,
    crm_org_id TEXT,
    namespace TEXT,
    time_zone TEXT DEFAULT 'UTC' NOT NULL,
    login BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);

CREATE TABLE links (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    object TEXT NOT NULL,
    crm_id TEXT COLLATE "C",
    base JSONB,
    base_modstamp TIMESTAMP WITH TIME ZONE,
    base_read_at TIMESTAMP WITH TIME ZONE,
    sending JSONB,
    version BIGINT DEFAULT '0' NOT NULL,
    pushed_version BIGINT DEFAULT '0' NOT NULL,
    deleted BOOLEAN DEFAULT false NOT NULL,
    gone BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT links_pkey PRIMARY KEY (org_id, id)
);

CREATE UNIQUE INDEX links_crm_id_key ON links (org_id, crm_id) WHERE crm_id IS NOT NULL;

CREATE INDEX links_dirty_idx ON links (org_id, object) WHERE version > pushed_version;

CREATE TABLE cursors (
    org_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT cursors_pkey PRIMARY KEY (org_id, name)
);

CREATE TABLE runs (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    counts JSONB DEFAULT '{}'::jsonb NOT NULL,
    api_calls INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT runs_pkey PRIMARY KEY (org_id, id)
);

CREATE INDEX runs_started_at_idx ON runs (org_id, started_at);

CREATE TABLE decisions (
    org_id UUID NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id UUID NOT NULL,
    link_id UUID,
    object TEXT NOT NULL,
    field TEXT,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    base JSONB,
    ours JSONB,
    theirs JSONB,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT decisions_pkey PRIMARY KEY (org_id, id)
);

CREATE INDEX decisions_link_id_idx ON decisions (org_id, link_id);

CREATE TABLE parked (
    org_id UUID NOT NULL,
    link_id UUID NOT NULL,
    field TEXT DEFAULT '' NOT NULL,
    object TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    details JSONB DEFAULT '{}'::jsonb NOT NULL,
    version BIGINT NOT NULL,
    attempts INTEGER DEFAULT '1' NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retry_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT parked_pkey PRIMARY KEY (org_id, link_id, field)
);
