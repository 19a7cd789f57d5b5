using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed class NotificationSenderTests : IDisposable
{
    private static readonly Uri Address = new("http://duty.example/hook");
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _logs = new();
    private readonly ScriptedWebhook _webhook = new();
    private readonly AlertFile _file;
    private readonly AlertProjection _alerts;

    public NotificationSenderTests()
    {
        _file = new AlertFile(_folder.File("alerting.db"), _time.GetUtcNow());
        _alerts = new AlertProjection(_file, "trial", [Rules.GroundwaterBand(Rules.Band with { For = TimeSpan.Zero, KeepFiringFor = TimeSpan.Zero })], _time);
    }

    public void Dispose()
    {
        _alerts.Dispose();
        _folder.Dispose();
        _webhook.Dispose();
        _logs.Dispose();
    }

    /// <summary>Fires and, when asked, resolves: one or two notifications.</summary>
    private async Task HappenAsync(bool resolve = false)
    {
        var log = new MemoryFactLog();
        var heath = BorderStation.Heath(log);
        var now = _time.GetUtcNow();
        heath.Announce(now);
        heath.Send(now, heath.Observe("level-1", "groundwater_level", 17.15, now));
        if (resolve)
        {
            heath.Send(now.AddSeconds(10), heath.Observe("level-1", "groundwater_level", 17.30, now.AddSeconds(10)));
        }
        await _alerts.ApplyAsync(log.ReadAfter(0, 10), CancellationToken.None);
    }

    private NotificationSender Sender(bool webhook = true)
    {
        var sender = new NotificationSender(
            _file, new HttpMessageInvoker(_webhook, disposeHandler: false), webhook ? Address : null, _time, new Random(1), _logs.For<NotificationSender>());
        _alerts.Told = sender.Wake;
        return sender;
    }

    private int Lines(int eventId) => _logs.Entries.Count(entry => entry.Id.Id == eventId);

    [Fact]
    public async Task Told_once_in_the_log_and_to_the_webhook_in_order()
    {
        using var sender = Sender();
        await sender.StartAsync(CancellationToken.None);
        await HappenAsync(resolve: true);
        await Eventually.TrueAsync(() => _webhook.Requests.Count == 2 && _file.NextPending() is null, "both are taken");
        await sender.StopAsync(CancellationToken.None);

        Assert.Equal(["fired", "resolved"], _webhook.Requests.Select(request => request.Body.GetProperty("transition").GetString()));
        Assert.Equal((1, 1), (Lines(601), Lines(602)));
        var first = _webhook.Requests.First();
        Assert.Equal(first.Body.GetProperty("id").GetString(), first.Key);
        Assert.Equal("vmm", first.Body.GetProperty("owner").GetString());
        Assert.True(first.Body.GetProperty("simulated").GetBoolean());
        Assert.Contains("onder maaiveld", first.Body.GetProperty("text").GetProperty("nl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_is_away_is_tried_again_with_the_same_key_and_the_log_line_is_not_repeated()
    {
        _webhook.Answers.Enqueue(HttpStatusCode.ServiceUnavailable);
        _webhook.Answers.Enqueue(null);
        using var sender = Sender();
        await sender.StartAsync(CancellationToken.None);
        await HappenAsync();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                return _file.NextPending() is null;
            },
            "it is taken");
        await sender.StopAsync(CancellationToken.None);

        Assert.True(_webhook.Requests.Count >= 3);
        Assert.Single(_webhook.Requests.Select(request => request.Key).Distinct());
        Assert.Equal((1, 1), (Lines(601), Lines(603)));
    }

    [Fact]
    public async Task What_was_not_delivered_is_delivered_after_a_restart()
    {
        await HappenAsync();
        _webhook.Answers.Enqueue(HttpStatusCode.InternalServerError);
        using (var first = Sender())
        {
            await first.StartAsync(CancellationToken.None);
            await Eventually.TrueAsync(() => _webhook.Requests.Count == 1, "it has been tried");
            await first.StopAsync(CancellationToken.None);
        }
        using var second = Sender();
        await second.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _file.NextPending() is null, "it is taken");
        await second.StopAsync(CancellationToken.None);
        Assert.Equal(2, _webhook.Requests.Count);
        Assert.Single(_webhook.Requests.Select(request => request.Key).Distinct());
        Assert.Equal(1, Lines(601));
    }

    [Fact]
    public async Task A_refusal_is_kept_and_does_not_hold_up_the_next()
    {
        _webhook.Answers.Enqueue(HttpStatusCode.BadRequest);
        using var sender = Sender();
        await sender.StartAsync(CancellationToken.None);
        await HappenAsync(resolve: true);
        await Eventually.TrueAsync(() => _file.NextPending() is null, "both are done with");
        await sender.StopAsync(CancellationToken.None);
        Assert.Equal((1L, 1L), (_file.NotificationCounts()[NotificationStatus.Refused], _file.NotificationCounts()[NotificationStatus.Told]));
        Assert.Equal(1, Lines(604));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_no_reason_to_stop()
    {
        _webhook.Answers.Enqueue(HttpStatusCode.BadGateway);
        _webhook.BreaksOff = true;
        using var sender = Sender();
        await sender.StartAsync(CancellationToken.None);
        await HappenAsync();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                return _file.NextPending() is null;
            },
            "it is taken");
        await sender.StopAsync(CancellationToken.None);
        Assert.Equal(2, _webhook.Requests.Count);
        Assert.False(sender.ExecuteTask!.IsFaulted);
    }

    [Fact]
    public async Task Without_a_webhook_the_log_is_enough()
    {
        using var sender = Sender(webhook: false);
        await sender.StartAsync(CancellationToken.None);
        await HappenAsync();
        await Eventually.TrueAsync(() => _file.NextPending() is null, "it is told");
        await sender.StopAsync(CancellationToken.None);
        Assert.Empty(_webhook.Requests);
        Assert.Equal(1, Lines(601));
    }

    /// <summary>Answers as it is told to, 200 when it isn't; null: the connection fails.</summary>
    private sealed class ScriptedWebhook : HttpMessageHandler
    {
        public ConcurrentQueue<HttpStatusCode?> Answers { get; } = new();

        /// <summary>The answer's body ends before its end.</summary>
        public bool BreaksOff { get; set; }

        public ConcurrentQueue<(string Key, JsonElement Body)> Requests { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            Requests.Enqueue((request.Headers.GetValues("Idempotency-Key").Single(), JsonDocument.Parse(body).RootElement));
            var answer = Answers.TryDequeue(out var scripted) ? scripted : HttpStatusCode.OK;
            return answer is { } code ? new HttpResponseMessage(code) { Content = BreaksOff ? new StreamContent(new BrokenStream()) : new StringContent("because") } : throw new HttpRequestException("no route");
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended too early");
    }
}
