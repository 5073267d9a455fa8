"""What has just happened, brought to the screens of others: rings after a commit, event streams, and who may hear what.

Pages do not wait for any of it: without it they ask by themselves.
"""
