using MeetNet.Sqlite;

namespace MeetNet.Ingest.Query;

/// <summary>A store that can't answer now is said to be so; a client that has gone gets no answer and costs no error line.</summary>
internal static class StoreProblems
{
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception failure) when (failure is SqliteFault or HttpRequestException or TimeoutException)
        {
            context.HttpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The series store can't answer now",
                detail: "Nothing is lost: what is received goes to the log, and the store catches up from it. Ask again in a few seconds.");
        }
    }
}
