"""Uses of the client that are wrong: what is marked so, each type checker refuses, but for one that is named."""

import quantcdn
from quantcdn.images import save_images

client = quantcdn.ApiClient(quantcdn.Configuration(access_token="t0ken"))
api = quantcdn.AIToolsApi(client)

api.list_ai_tools()  # wrong
api.list_ai_tools("acme", organization="acme")  # wrong, but to ty
api.list_ai_tools("acme", _request_timout=5)  # wrong, but to ty
api.list_ai_tools("acme", _request_timeout="5")  # wrong
api.list_ai_tools("acme", _headers=["X-Team"])  # wrong
api.list_ai_tool_executions("acme", limit="10")  # wrong
api.wait_for_ai_tool_execution("acme", "exec_1", timeout="5")  # wrong
api.wait_for_ai_tool_execution("acme", "exec_1", poll=2)  # wrong
api.wait_for_ai_tool_execution("acme", "exec_1", cancel=True)  # wrong
api.wait_for_ai_tool_execution("acme", "exec_1", on_update=lambda update: update.state)  # wrong
api.wait_for_ai_tool_execution("acme", "exec_1", on_update=print, interval=2)  # wrong, but to ty
api.wait_for_ai_tool_executions("acme", 1)  # wrong
client.with_options(retrys=2)  # wrong, but to ty
client.with_options(timeout="5")  # wrong
client.with_options(on_request="hook")  # wrong
client.organisation("acme").list_ai_tools("acme")  # wrong
quantcdn.Configuration(acces_token="t0ken")  # wrong
quantcdn.Poll(every=2)  # wrong
quantcdn.Poll().initial = 2  # wrong
quantcdn.RetryPolicy(attempts="4")  # wrong

execution = api.get_ai_tool_execution_status("acme", "exec_1")
print(execution.toolName)  # wrong
print(execution.status + 1)  # wrong
print(api.list_ai_tool_executions("acme")["executions"])  # wrong
print(api.list_ai_tool_names("acme")[0].name)  # wrong
save_images(execution, 1)  # wrong
save_images(execution, "images", source="first")  # wrong

try:
    api.wait_for_ai_orchestration("acme", "orch_1")
except quantcdn.WaitException as error:
    print(error.last.status)  # wrong
except quantcdn.ApiExeption:  # wrong
    pass
print(quantcdn.models.ListAITools)  # wrong
print(quantcdn.exceptions.ApiError)  # wrong
print(quantcdn.Client)  # wrong
