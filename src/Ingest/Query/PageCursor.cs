using System.Buffers.Binary;
using System.Buffers.Text;
using MeetNet.Ingest.Series;

namespace MeetNet.Ingest.Query;

/// <summary>
/// Where the next page begins: in which of the requested datastreams, after which observation. Opaque outside: base64url of a
/// version byte and the numbers, so that its inside may change without a client noticing.
/// </summary>
/// <param name="Datastream">Index in the list of requested datastreams.</param>
/// <param name="After">The last observation of the page before, or for aggregates its last period; null: from the begin of the range.</param>
internal readonly record struct PageCursor(int Datastream, SeriesKey? After)
{
    private const byte Version = 1;
    private const int Length = 1 + 1 + 1 + 8 + 8 + 4;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes.Clear();
        bytes[0] = Version;
        bytes[1] = (byte)Datastream;
        if (After is { } key)
        {
            bytes[2] = 1;
            BinaryPrimitives.WriteInt64BigEndian(bytes[3..], key.Begin.UtcTicks);
            BinaryPrimitives.WriteInt64BigEndian(bytes[11..], key.End.UtcTicks);
            BinaryPrimitives.WriteInt32BigEndian(bytes[19..], key.Revision);
        }
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out PageCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length > 64 || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Length || bytes[0] != Version || bytes[2] > 1)
        {
            return false;
        }

        if (bytes[2] == 0)
        {
            cursor = new PageCursor(bytes[1], null);
            return true;
        }
        var begin = BinaryPrimitives.ReadInt64BigEndian(bytes[3..]);
        var end = BinaryPrimitives.ReadInt64BigEndian(bytes[11..]);
        var revision = BinaryPrimitives.ReadInt32BigEndian(bytes[19..]);
        if (!IsTicks(begin) || !IsTicks(end) || revision < 0)
        {
            return false;
        }
        cursor = new PageCursor(bytes[1], new SeriesKey(new DateTimeOffset(begin, TimeSpan.Zero), new DateTimeOffset(end, TimeSpan.Zero), revision));
        return true;
    }

    private static bool IsTicks(long ticks) => ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks;
}
