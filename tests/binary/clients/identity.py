# What an application with boto3 does: the credentials of AWS_PROFILE, one call.
import boto3

print(boto3.Session().client("sts").get_caller_identity()["Arn"])
