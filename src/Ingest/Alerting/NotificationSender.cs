using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using MeetNet.Hosting;

namespace MeetNet.Ingest.Alerting;

/// <summary>
/// Tells people, in the order in which things happened: one line in the log, and one POST to the webhook when there is one. What
/// can't be delivered now is tried again for ever, also after a restart; what the webhook refuses for good is kept with its answer and
/// does not hold up the others. A crash between the POST and the mark makes it twice, with the same <c>Idempotency-Key</c>.
/// </summary>
internal sealed class NotificationSender(
    AlertFile file, HttpMessageInvoker http, Uri? webhook, TimeProvider time, Random random, ILogger<NotificationSender> logger) : BackgroundService
{
    private static readonly BackoffLimits Retries = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>What is kept of a refusal.</summary>
    private const int AnswerLength = 300;

    private readonly SemaphoreSlim _news = new(0, 1);

    /// <summary>There is something to tell; from any thread.</summary>
    public void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var backoff = new Backoff(Retries, random, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (file.NextPending() is not { } notification)
                {
                    await _news.WaitAsync(stoppingToken);
                }
                else if (await TellAsync(notification, backoff.Tries, stoppingToken))
                {
                    backoff.Reset();
                }
                else
                {
                    await backoff.WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Sqlite.SqliteFault)
            {
                // The projection, which writes the same file, reports it; what is pending stays pending.
                await backoff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>True when this notification is done with; false when it is to be tried again.</summary>
    private async Task<bool> TellAsync(Notification notification, int tries, CancellationToken stopping)
    {
        if (!notification.Logged)
        {
            WriteLine(notification);
            file.MarkLogged(notification.Id);
        }
        if (webhook is null)
        {
            file.Mark(notification.Id, NotificationStatus.Told, null);
            return true;
        }

        var (status, answer) = await PostAsync(webhook, notification, stopping);
        if (status is NotificationStatus.Pending)
        {
            if (tries == 0)
            {
                Log.WebhookUnreachable(logger, notification.Id, answer);
            }
            return false;
        }
        if (status is NotificationStatus.Refused)
        {
            Log.WebhookRefused(logger, notification.Id, answer);
        }
        file.Mark(notification.Id, status, answer);
        return true;
    }

    private async Task<(NotificationStatus Status, string Answer)> PostAsync(Uri address, Notification notification, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(notification.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Add("Idempotency-Key", notification.Id);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            if (response.IsSuccessStatusCode)
            {
                return (NotificationStatus.Told, code);
            }
            var refused = response.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
                and not HttpStatusCode.RequestTimeout and not HttpStatusCode.TooManyRequests;
            return (refused ? NotificationStatus.Refused : NotificationStatus.Pending, $"{code} {await BeginOfAsync(response, either.Token)}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return (NotificationStatus.Pending, $"no answer within {AnswerWithin.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // Not reached, or the answer broke off.
            return (NotificationStatus.Pending, failure.Message);
        }
    }

    private static async Task<string> BeginOfAsync(HttpResponseMessage response, CancellationToken stopping)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stopping));
        var text = new char[AnswerLength];
        return new string(text, 0, await reader.ReadBlockAsync(text, stopping)).ReplaceLineEndings(" ");
    }

    private void WriteLine(Notification notification)
    {
        var (rule, transition, severity, text) = notification.Read();
        if (transition == Notification.Word(AlertTransition.Fired) && severity != Notification.Word(AlertSeverity.Information))
        {
            Log.AlertFired(logger, rule, text, notification.Id);
        }
        else
        {
            Log.AlertChanged(logger, rule, transition, text, notification.Id);
        }
    }
}
