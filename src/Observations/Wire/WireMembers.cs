using System.Text;

namespace MeetNet.Observations.Wire;

/// <summary>The members of one kind of object that a reader knows: their names, and which of them must be there.</summary>
internal sealed class WireMembers
{
    private readonly byte[][] _names;

    /// <summary>Names in the order of their indexes; a name that ends in <c>?</c> is optional.</summary>
    public WireMembers(params ReadOnlySpan<string> names)
    {
        _names = new byte[names.Length][];
        for (var i = 0; i < names.Length; i++)
        {
            var optional = names[i].EndsWith('?');
            _names[i] = Encoding.UTF8.GetBytes(optional ? names[i][..^1] : names[i]);
            Required |= optional ? 0UL : 1UL << i;
        }
    }

    /// <summary>One bit for each member that must be there.</summary>
    public ulong Required { get; }

    public int Count => _names.Length;

    public ReadOnlySpan<byte> this[int index] => _names[index];

    public string NameOf(int index) => Encoding.UTF8.GetString(_names[index]);
}

/// <summary>The members seen so far in one object.</summary>
internal struct WireSeen
{
    /// <summary>One bit for each known member.</summary>
    public ulong Known;

    /// <summary>Names of members that the reader does not know; null until there is one.</summary>
    public HashSet<string>? Unknown;
}
