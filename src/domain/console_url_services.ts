// Which page of the web console belongs to a service: most are called as in the AWS CLI, and these are not.

/** A path of the console, and a place on that page (behind the `#`). */
export interface ServicePage {
  readonly path: string;
  readonly place?: string;
}

/**
 * The page of a service.
 *
 * @param service in lower case, as in the AWS CLI (`dynamodb`, `logs`), as people say (`ddb`), or a path of the console
 */
export function pageOf(service: string): ServicePage {
  const [path, place] = (PAGES.get(service) ?? service).split("#");
  return place === undefined ? { path } : { path, place };
}

/** Whether a service belongs to the account as a whole: then its console is at the name without a region. */
export function isGlobal({ path }: ServicePage): boolean {
  return GLOBAL.has(path);
}

const GLOBAL = new Set([
  "billing",
  "cloudfront/v4",
  "costmanagement",
  "globalaccelerator",
  "iam",
  "organizations/v2",
  "route53/domains",
  "route53/v2",
  "support",
  "trustedadvisor",
]);

/** Where the documentation of each service says that its console is. */
const PAGES: ReadonlyMap<string, string> = new Map(Object.entries({
  accessanalyzer: "access-analyzer",
  amp: "prometheus",
  apigatewayv2: "apigateway",
  apigw: "apigateway",
  appconfig: "systems-manager",
  appstream: "appstream2",
  autoscaling: "ec2#AutoScalingGroups:",
  "bedrock-agent": "bedrock",
  "bedrock-runtime": "bedrock",
  bill: "billing",
  budgets: "costmanagement#/budgets",
  ce: "costmanagement#/cost-explorer",
  cfn: "cloudformation",
  cloudfront: "cloudfront/v4",
  codeartifact: "codesuite/codeartifact",
  codebuild: "codesuite/codebuild",
  codecommit: "codesuite/codecommit",
  codedeploy: "codesuite/codedeploy",
  codepipeline: "codesuite/codepipeline",
  cloudhsmv2: "cloudhsm",
  "cognito-identity": "cognito/v2",
  "cognito-idp": "cognito/v2",
  cognito: "cognito/v2",
  configservice: "config",
  "cost-management": "costmanagement",
  cw: "cloudwatch",
  ddb: "dynamodbv2",
  directconnect: "directconnect/v2",
  dlm: "ec2#Lifecycle",
  dms: "dms/v2",
  ds: "directoryservicev2",
  dynamodb: "dynamodbv2",
  dynamodbstreams: "dynamodbv2",
  ebs: "ec2#Volumes:",
  "ec2-instance-connect": "ec2",
  "ecr-public": "ecr",
  elasticmapreduce: "emr",
  elb: "ec2#LoadBalancers:",
  elbv2: "ec2#LoadBalancers:",
  "emr-containers": "emr",
  "emr-serverless": "emr",
  es: "aos",
  eventbridge: "events",
  fms: "wafv2",
  identitystore: "singlesignon",
  inspector: "inspector/v2",
  inspector2: "inspector/v2",
  kafka: "msk",
  kinesisanalyticsv2: "flink",
  "lexv2-models": "lexv2",
  logs: "cloudwatch#logsV2:",
  macie2: "macie",
  mq: "amazon-mq",
  "network-firewall": "vpc#NetworkFirewalls:",
  opensearch: "aos",
  opensearchserverless: "aos",
  organizations: "organizations/v2",
  r53: "route53/v2",
  "rds-data": "rds",
  "redshift-data": "redshiftv2",
  "redshift-serverless": "redshiftv2",
  redshift: "redshiftv2",
  "resource-explorer-2": "resource-explorer",
  resourcegroupstaggingapi: "resource-groups",
  route53: "route53/v2",
  route53domains: "route53/domains",
  s3api: "s3",
  s3control: "s3",
  "sagemaker-runtime": "sagemaker",
  savingsplans: "costmanagement#/savings-plans",
  "service-quotas": "servicequotas",
  servicediscovery: "cloudmap",
  sesv2: "ses",
  sfn: "states",
  shield: "wafv2",
  sns: "sns/v3",
  sqs: "sqs/v3",
  ssm: "systems-manager",
  "sso-admin": "singlesignon",
  "sso-oidc": "singlesignon",
  sso: "singlesignon",
  stepfunctions: "states",
  sts: "iam",
  swf: "swf/v2",
  synthetics: "cloudwatch#synthetics:canary/list",
  "timestream-query": "timestream",
  "timestream-write": "timestream",
  waf: "wafv2",
  "waf-regional": "wafv2",
  workspaces: "workspaces/v2",
}));
